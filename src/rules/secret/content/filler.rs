//! Placeholders, by who is to fill them in.

/// Who fills a placeholder in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Filler {
    /// `ENC[…]`
    Sops,
    /// argocd-vault-plugin: `<path:kv/data/shop#password>`
    Vault,
    /// `{{ … }}`
    Template,
    /// `${NAME}`, `$(NAME)`
    Variables,
    /// `<your password>`: nobody but a person.
    Person,
}

impl Filler {
    /// Who fills this text in, if it looks like a placeholder.
    pub(crate) fn of(text: &str) -> Option<Filler> {
        let between = |open, close| {
            text.split_once(open)
                .is_some_and(|(_, rest): (_, &str)| rest.contains(close))
        };
        let filler = if text.starts_with("ENC[") {
            Filler::Sops
        } else if between("<path:", '>') {
            Filler::Vault
        } else if between("{{", '}') {
            Filler::Template
        } else if between("${", '}') || between("$(", ')') {
            Filler::Variables
        } else if text.starts_with('<') && text.trim_end().ends_with('>') {
            Filler::Person
        } else {
            return None;
        };
        Some(filler)
    }
}
