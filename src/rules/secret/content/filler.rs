//! Placeholders, by who is to fill them in.

use crate::placeholder::Form;

/// Who fills a placeholder in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Filler {
    /// `ENC[…]`
    Sops,
    /// argocd-vault-plugin: `<path:kv/data/shop#password>`
    Vault,
    /// `{{ … }}`
    Template,
    /// `${NAME}`, `$NAME`, `$(NAME)`, `@NAME@`
    Variables,
    /// `<your password>`: nobody but a person.
    Person,
}

impl Filler {
    /// Who fills in what is written so.
    pub(crate) fn of(form: Form) -> Filler {
        match form {
            Form::Encrypted => Filler::Sops,
            Form::Path => Filler::Vault,
            Form::Template => Filler::Template,
            Form::Braces | Form::Parens | Form::Variable | Form::Property => Filler::Variables,
            Form::Person => Filler::Person,
        }
    }
}
