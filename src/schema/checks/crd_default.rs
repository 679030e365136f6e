//! Defaults in the schema of a CustomResourceDefinition, which the schema itself must accept.

use super::crd_schema::Walker;
use crate::manifest::Field;

pub(super) fn check<'t>(_walker: &mut Walker<'_, 't>, _root: &Field<'_, 't>) {}
