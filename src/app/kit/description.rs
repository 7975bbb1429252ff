//! One description per form: its fields, from which follow the struct that a server function takes, their names, and what
//! was typed.

/// Describes a form. Every field is text as typed, but for those that say otherwise:
/// - `list`: all values that are posted under `name[]`;
/// - `secret`: never kept, not even over a mistake;
/// - `others(names)`, under `#[serde(flatten)]`: fields that another list describes, which gives their names.
macro_rules! form {
    (
        $(#[$about:meta])*
        pub struct $Form:ident { $($(#[$meta:meta])* $field:ident $(: $kind:ident $(($names:expr))?)?,)+ }
    ) => {
        $(#[$about])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(default)]
        pub struct $Form {
            $($(#[$meta])* #[doc = "As it was typed."] pub $field: $crate::app::kit::description::form!(@type $($kind)?),)+
        }

        impl $Form {
            /// The names of its fields, as they are posted.
            pub fn fields() -> Vec<&'static str> {
                let mut all: Vec<&'static str> = Vec::new();
                $($crate::app::kit::description::form!(@name all $field $($kind $(($names))?)?);)+
                all
            }

            /// What was typed, by field; nothing secret.
            pub(crate) fn typed(&self) -> Vec<(&'static str, String)> {
                let mut all = Vec::new();
                $($crate::app::kit::description::form!(@typed all self $field $($kind $(($names))?)?);)+
                all
            }
        }
    };
    (@type) => { String };
    (@type secret) => { String };
    (@type list) => { Vec<String> };
    (@type others) => { std::collections::BTreeMap<String, String> };
    (@name $all:ident $field:ident) => { $all.extend([stringify!($field)]) };
    (@name $all:ident $field:ident secret) => { $all.extend([stringify!($field)]) };
    (@name $all:ident $field:ident list) => { $all.extend([concat!(stringify!($field), "[]")]) };
    (@name $all:ident $field:ident others($names:expr)) => { $all.extend($names) };
    (@typed $all:ident $self:ident $field:ident) => {
        $all.extend([(stringify!($field), $self.$field.clone())])
    };
    (@typed $all:ident $self:ident $field:ident secret) => {};
    (@typed $all:ident $self:ident $field:ident list) => {
        $all.extend([(stringify!($field), $self.$field.join("\n"))])
    };
    (@typed $all:ident $self:ident $field:ident others($names:expr)) => {
        $all.extend($names.filter_map(|name| Some((name, $self.$field.get(name)?.clone()))))
    };
}
pub(crate) use form;

/// What was typed into fields that a server function takes one by one: `typed![name, days]`.
macro_rules! typed {
    ($($field:ident),+ $(,)?) => { [$((stringify!($field), $field.as_str())),+] };
}
pub(crate) use typed;
