use proptest::prelude::*;

use super::*;

#[test]
fn a_file_without_any_sign_has_no_placeholder() {
    for text in [
        "${A}",
        "a{{ b }}",
        "$(A)",
        "ENC[x]",
        "<name>",
        "<path:a#b>",
        "$A",
        "a-@B@",
        "@project.version@",
        "\"\\u003cname\\u003e\"",
    ] {
        assert!(may_be_in(text.as_bytes()), "{text}");
    }
    for text in [
        "",
        "a: [b]",
        "{a: {b: c}}",
        "$5",
        "a\\n",
        "$",
        "$a",
        "me@example.com",
        "a@sha256:b",
        "@",
    ] {
        assert!(!may_be_in(text.as_bytes()), "{text}");
    }
}

#[test]
fn variables_need_no_braces() {
    for text in [
        "$APP",
        "$A",
        "$_APP1",
        "$APP.example.com",
        "shop-$APP-tls",
        "$REGISTRY/shop:$TAG",
        "v$VERSION",
        "$$$APP",
        "$a$B",
    ] {
        assert_eq!(form(text), Some(Form::Variable), "{text}");
    }
    for text in [
        "$",
        "$1",
        "/a(/|$)(.*)",
        "^[a-z]+$",
        "(^$|^A)",
        "$.spec.A",
        "$name",
        "$host/A",
        "$__interval",
        "$_",
        "$App",
        "Outer$Inner",
        "$APPname",
        "$patch",
        "$slack-token",
        "$$APP",
        "$$name$$",
        "\\$APP",
        "C$\\A",
        "$2y$10$",
    ] {
        assert_eq!(form(text), None, "{text}");
    }
}

#[test]
fn properties_stand_between_two_at_signs() {
    for text in [
        "@APP@",
        "shop-@VERSION@",
        "v@VERSION_2@-a",
        "@project.version@",
        "@project.artifactId@-db",
        "a@b c@APP@",
    ] {
        assert_eq!(form(text), Some(Form::Property), "{text}");
    }
    for text in [
        "@",
        "@@",
        "@1@",
        "@.@",
        "@a@",
        "@A b@",
        "me@example.com",
        "me@example.com you@example.com",
        "me@example.com,you@example.com",
        "svc@realm@host",
        "image@sha256:0123",
        "https://A@host/b@c",
        "@daily",
        "@org/standard@1",
    ] {
        assert_eq!(form(text), None, "{text}");
    }
}

#[test]
fn a_value_may_begin_with_a_property_of_a_build() {
    for text in [
        "@APP@",
        "@APP@-db",
        "@APP@: a",
        "@project.version@",
        "@env.home@/a",
        "@A@\n",
    ] {
        assert!(is_bare_property(text), "{text}");
    }
    for text in [
        "@Passw.rd@",
        "@a.b@",
        "@APP@db",
        "@APP",
        "@APP@@",
        "a@APP@",
        "@a@",
        "",
    ] {
        assert!(!is_bare_property(text), "{text}");
    }
}

#[test]
fn a_password_may_look_like_a_variable() {
    for text in ["$PASSWORD", "$PASSWORD\n", "@PASSWORD@", "@db.password@", "a${B}"] {
        assert!(form_of_secret(text).is_some(), "{text}");
    }
    for text in [
        "pa$WORD1",
        "$ecret",
        "$PASS!",
        "$A$B",
        "p@SS@word",
        "@Passw0rd@",
        "$2y$10$AB/c",
        "amqp://$USER:$PASSWORD@host",
    ] {
        assert_eq!(form_of_secret(text), None, "{text}");
    }
}

#[test]
fn what_is_whole_has_nothing_around_it() {
    for text in [
        "${A}",
        "{{ a }}",
        "$(A)",
        "<a>",
        "ENC[a]",
        " $A ",
        "@A@",
        "<path:a/b#c>",
    ] {
        assert!(is_whole(text), "{text}");
    }
    for text in [
        "a", "", "${A}b", "a$A", "$A-b", "$A$B", "@A@b", "@A@B@", "$a", "@a@",
    ] {
        assert!(!is_whole(text), "{text}");
    }
}

#[test]
fn what_stands_around_is_the_rest_of_a_name() {
    for (name, rest) in [
        ("${A}-b", ("", "-b")),
        ("a-${B}-c-{{ d }}", ("a-", "")),
        ("a-$(n)", ("a-", "")),
        ("$APP-b", ("", "-b")),
        ("a-$APP", ("a-", "")),
        ("a.$B.c-@D@.e", ("a.", ".e")),
        ("@A@-b", ("", "-b")),
        ("$A", ("", "")),
    ] {
        assert_eq!(around(name), rest, "{name}");
    }
}

proptest! {
    /// What the quick looks rule out, the slow one never finds; and no text is too odd for any of them.
    #[test]
    fn the_quick_looks_miss_nothing(text in "[$@{}()<>\\[\\]A-Ca-c0-1_./\\\\ENC é-]{0,24}") {
        if let Some(form) = form(&text) {
            prop_assert!(may_be_in(text.as_bytes()));
            prop_assert!(begins(text.as_bytes()).all(|at| at < text.len()));
            prop_assert!(form_of_secret(&text).is_none_or(|of_secret| of_secret == form));
        } else {
            prop_assert!(!is_whole(&text) || !text.trim().eq(&text), "{text}");
        }
        let (before, after) = around(&text);
        prop_assert!(text.starts_with(before) && text.ends_with(after));
        for found in variables(&text).chain(properties(&text)) {
            prop_assert!(form(&text[found]).is_some());
        }
    }
}

#[test]
fn shouts_and_gaps_are_told_from_words() {
    for text in ["APP_NAME", "REPLACEME-ingress"] {
        assert!(is_loud(text), "{text}");
    }
    for text in ["whoami-HTTPS-abc", "my-JSON-app", "App"] {
        assert!(!is_loud(text), "{text}");
    }
    for text in ["app-<env>-config", "app-%ENV%"] {
        assert!(has_gap(text), "{text}");
    }
    for text in ["a<b", "a>b<c", "50%", "a <b c> d", "<>"] {
        assert!(!has_gap(text), "{text}");
    }
}
