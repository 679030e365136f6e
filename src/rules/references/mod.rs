//! Names that one object uses and another defines.
