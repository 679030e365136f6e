//! A backend whose port is missing, given twice, or one that no Service can have.

use crate::diagnostic::ErrorType::{Invalid, Required};
use crate::manifest::{Field, Object};
use crate::names;
use crate::rules::{Check, Cx};

/// The check.
pub const CHECK: Check = Check::Object(check);

fn check<'t>(ingress: &Object<'t>, cx: &mut Cx<'t>) {
    if super::is_v1(ingress) {
        super::each_service(ingress, |backend, service| check_port(backend, service, cx));
    }
}

fn check_port<'t>(backend: &Field<'_, 't>, service: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let port = service.child("port");
    let (name, number) = (port.child("name"), port.child("number"));
    let decoded = super::is_struct(&port).then(|| (super::judged(&name, cx), number.int()));
    let Some((Some(text), Some(value))) = decoded else {
        return;
    };
    // A number that does not fit the field does not decode.
    if i32::try_from(value).is_err() {
        return;
    }
    match (text.is_empty(), value) {
        (true, 0) => {
            let misspelt = super::has_unknown_key(service, &["name", "port"])
                || super::has_unknown_key(&port, &["name", "number"]);
            if !misspelt {
                let place = if port.value().is_some() {
                    port.handle()
                } else {
                    service.handle()
                };
                cx.report_at(backend, "the backend names no port of its Service, so that requests lead nowhere")
                    .refusal(Required, backend.path())
                    .related(place, "the port belongs here")
                    .help("add the Service's port by number, `port: {number: 80}`, or by name, `port: {name: http}`");
            }
        }
        (true, 1..=65535) => {}
        (true, _) => {
            cx.report_at(
                &number,
                format!("there is no port {value}: port numbers go from 1 to 65535"),
            )
            .refusal(Invalid, number.path())
            .help("write the number of a port that the Service lists");
        }
        (false, 0) => {
            let help = if text.parse::<u16>().is_ok() {
                "a number goes under `number`, without quotes"
            } else {
                "write the `name` of a port that the Service lists, or its number under `number`"
            };
            super::report_faults(&name, "port name", names::port_name(&text), help, cx);
        }
        (false, _) => {
            cx.report_at(
                backend,
                "the backend names its port twice, by name and by number; the server takes one only",
            )
            .refusal(Invalid, backend.path())
            .related(name.handle(), "by name")
            .related(number.handle(), "and by number")
            .help("keep one of the two");
        }
    }
}
