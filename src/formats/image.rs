//! References to container images, as the kubelet reads them: `registry.example.com:5000/shop/web:1.2@sha256:…`.

/// Why a text is no reference to an image, in words that go after "it"; `None` when it is one.
pub fn fault(text: &str) -> Option<&'static str> {
    if text.contains("://") {
        return Some("has a scheme, which belongs to addresses of pages");
    }
    if text.contains(char::is_whitespace) {
        return Some("has a blank in it");
    }
    let (named, digest) = match text.split_once('@') {
        Some((named, digest)) => (named, Some(digest)),
        None => (text, None),
    };
    if digest.is_some_and(|digest| !is_digest(digest)) {
        return Some("has no digest after its `@`, such as `sha256:` and 64 digits from 0 to f");
    }
    let (registry, rest) = match named.split_once('/') {
        Some((first, rest)) if is_registry(first) => (Some(first), rest),
        _ => (None, named),
    };
    if registry.is_some_and(|registry| !is_host(registry)) {
        return Some("names no registry before its first `/`: a host, and perhaps a port");
    }
    let (path, tag) = match rest.split_once(':') {
        Some((path, tag)) => (path, Some(tag)),
        None => (rest, None),
    };
    match tag {
        Some("") => return Some("has nothing after its `:`"),
        Some(tag) if tag.contains(':') => return Some("has two tags"),
        Some(tag) if !is_tag(tag) => {
            return Some("has a tag with other than letters, digits, `_`, `-` and `.`");
        }
        _ => {}
    }
    if path.bytes().any(|b| b.is_ascii_uppercase()) {
        return Some("has capitals in its name");
    }
    if !path.split('/').all(is_part) {
        return Some(
            "has a name of other than small letters and digits, with `.`, `_`, `__` and `-` between them",
        );
    }
    let all_hex = path.len() == 64 && path.bytes().all(|b| b.is_ascii_hexdigit());
    (all_hex && tag.is_none() && registry.is_none()).then_some("looks like an image's id")
}

/// Whether what stands before the first slash is a registry, and no part of the name on the default one.
fn is_registry(text: &str) -> bool {
    text.contains(['.', ':']) || text == "localhost" || text.bytes().any(|b| b.is_ascii_uppercase())
}

fn is_host(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !text.ends_with(']') => (host, Some(port)),
        _ => (text, None),
    };
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
    let is_label = |label: &str| {
        let ends = label.bytes().next().zip(label.bytes().last());
        ends.is_some_and(|(first, last)| first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let inner = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let is_named = match inner {
        Some(inner) => inner.bytes().all(|b| b.is_ascii_hexdigit() || b == b':'),
        None => host.split('.').all(is_label),
    };
    is_named && port.is_none_or(is_port)
}

/// `nginx`, `my-app`, `a__b`: runs of small letters and digits, with separators between.
fn is_part(text: &str) -> bool {
    let is_run = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let bytes = text.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else {
        return false;
    };
    if !is_run(*first) || !is_run(*last) {
        return false;
    }
    let mut separators = text.split(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    separators.all(|between| matches!(between, "" | "." | "_" | "__") || between.bytes().all(|b| b == b'-'))
}

fn is_tag(text: &str) -> bool {
    let is_word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    text.len() <= 128
        && text.bytes().next().is_some_and(is_word)
        && text.bytes().all(|b| is_word(b) || matches!(b, b'.' | b'-'))
}

fn is_digest(text: &str) -> bool {
    let Some((algorithm, hex)) = text.split_once(':') else {
        return false;
    };
    algorithm.bytes().next().is_some_and(|b| b.is_ascii_alphabetic())
        && algorithm
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_+.".contains(&b))
        && hex.len() >= 32
        && hex.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn references_are_read_as_the_kubelet_reads_them() {
        let digest = format!("sha256:{}", "0a".repeat(32));
        for right in [
            "nginx",
            "nginx:1.25",
            "nginx:1.25-alpine_3.1",
            "shop/web",
            "localhost/web",
            "localhost:5000/shop/web:V1",
            "Registry.example.com/web",
            "registry.example.com:5000/a/b/c:1",
            "[2001:db8::1]:5000/web",
            "10.0.0.1:5000/web",
            "a__b/c-d/e--f.g_h:x",
            &format!("nginx@{digest}"),
            &format!("ghcr.io/a/b:1@{digest}"),
            &format!("a/{}", "0a".repeat(32)),
        ] {
            assert_eq!(fault(right), None, "{right}");
        }
        for wrong in [
            "",
            "Nginx:1.25",
            "shop/Web",
            "nginx:",
            "nginx:1.0:2",
            "nginx:-a",
            "nginx:a/b",
            "https://ghcr.io/a/b:1",
            "ghcr.io/a b:1",
            " nginx",
            "a//b",
            "/a",
            "a/",
            "a___b",
            "a-.b",
            "-a",
            "a@sha256:0a",
            "a@latest",
            "reg_istry.example.com/a",
            "example.com:port/a",
            &"0a".repeat(32),
        ] {
            assert!(fault(wrong).is_some(), "{wrong}");
        }
    }
}
