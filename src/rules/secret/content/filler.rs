//! Placeholders, by who is to fill them in.

use crate::placeholder::{self, Form};

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
        let filler = match placeholder::form(text)? {
            Form::Encrypted => Filler::Sops,
            Form::Path => Filler::Vault,
            Form::Template => Filler::Template,
            Form::Braces | Form::Parens => Filler::Variables,
            Form::Person => Filler::Person,
        };
        Some(filler)
    }
}
