//! Images of containers: the server takes any text, and the kubelet waits for ever for one that names none.

use crate::catalogue::ids;
use crate::context::Cx;
use crate::formats::image;
use crate::manifest::Field;
use crate::placeholder::is_loud;
use crate::quote::quote;

/// An image that no registry can have. What is filled in later, or by the tools that build it (`ko://`), is not known.
pub fn reference<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(text) = field.text().filter(|text| !cx.is_unrendered(text)) else {
        return;
    };
    // OpenShift puts an image in the place of a blank.
    let waits = text.trim().is_empty() || text.starts_with("ko://") || is_loud(&text);
    let name = text.rsplit('/').next().unwrap_or_default();
    let in_capitals = !name.bytes().any(|b| b.is_ascii_lowercase());
    let Some(fault) = image::fault(&text).filter(|_| !waits && !in_capitals) else {
        return;
    };
    let message = format!(
        "the image {} can be pulled from nowhere, since it {fault}; the pod stays in `InvalidImageName`",
        quote(&text)
    );
    cx.report_as(ids::POD_INVALID_IMAGE, field.place(), message)
        .help("write it as `nginx:1.25`, `registry.example.com/shop/web:1.2`");
}
