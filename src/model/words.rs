//! Enums whose values are words: in the database, in JSON, in forms, in URLs and on the command line.

/// Makes such an enum, from `Variant = "word"`, `Variant = "word", "label"` or `Variant = "word", "label", "sentence"`.
/// What stands after its name says what a wrong word was meant for.
macro_rules! words {
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident($what:literal) {
            $($(#[$variant_meta:meta])* $variant:ident = $word:literal $(, $label:literal $(, $sentence:literal)?)?;)+
        }
    ) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        $(#[$meta])*
        $vis enum $name {
            $($(#[$variant_meta])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// Every one, in order.
            $vis const ALL: [Self; [$($word),+].len()] = [$(Self::$variant),+];

            /// Its word.
            $vis const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        $crate::model::words::words!(@label $vis $name $($variant $($label)?)+);
        $crate::model::words::words!(@sentence $vis $name $($variant $($($sentence)?)?)+);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                Self::ALL
                    .into_iter()
                    .find(|one| one.as_str() == text)
                    .ok_or_else(|| $crate::model::words::unknown($what, text, &[$($word),+]))
            }
        }

        #[cfg(feature = "ssr")]
        $crate::model::words::text_column!($name);

        #[cfg(feature = "ssr")]
        impl clap::ValueEnum for $name {
            fn value_variants<'a>() -> &'a [Self] {
                &Self::ALL
            }

            fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
                Some(clap::builder::PossibleValue::new(self.as_str()))
            }
        }
    };

    (@label $vis:vis $name:ident $($variant:ident $label:literal)+) => {
        impl $name {
            /// What people call it.
            $vis const fn label(self) -> &'static str {
                match self { $(Self::$variant => $label,)+ }
            }
        }
    };
    (@sentence $vis:vis $name:ident $($variant:ident $sentence:literal)+) => {
        impl $name {
            /// What it means.
            $vis const fn sentence(self) -> &'static str {
                match self { $(Self::$variant => $sentence,)+ }
            }
        }
    };
    (@label $($none:tt)+) => {};
    (@sentence $($none:tt)+) => {};
}

/// Lets a column hold a type as text, in any database that has text: the word of `as_str`, read by `FromStr`.
#[cfg(feature = "ssr")]
macro_rules! text_column {
    ($name:ident) => {
        impl<DB: sqlx::Database> sqlx::Type<DB> for $name
        where
            str: sqlx::Type<DB>,
        {
            fn type_info() -> DB::TypeInfo {
                <str as sqlx::Type<DB>>::type_info()
            }

            fn compatible(found: &DB::TypeInfo) -> bool {
                <str as sqlx::Type<DB>>::compatible(found)
            }
        }

        impl<'q, DB: sqlx::Database> sqlx::Encode<'q, DB> for $name
        where
            &'static str: sqlx::Encode<'q, DB>,
        {
            fn encode_by_ref(
                &self,
                buffer: &mut DB::ArgumentBuffer,
            ) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
                sqlx::Encode::<DB>::encode(self.as_str(), buffer)
            }
        }

        impl<'r, DB: sqlx::Database> sqlx::Decode<'r, DB> for $name
        where
            &'r str: sqlx::Decode<'r, DB>,
        {
            fn decode(value: DB::ValueRef<'r>) -> Result<Self, sqlx::error::BoxDynError> {
                Ok(<&str as sqlx::Decode<DB>>::decode(value)?.parse()?)
            }
        }
    };
}

#[cfg(feature = "ssr")]
pub(crate) use text_column;
pub(crate) use words;

/// What is said of a word that is none of these.
pub(crate) fn unknown(what: &str, text: &str, known: &[&str]) -> String {
    format!("{what}: `{text}` is none of {}", known.join(", "))
}

#[cfg(test)]
mod tests {
    words! {
        /// For tests.
        enum Size("size") {
            Small = "s", "small", "Fits everywhere.";
            Large = "l", "large", "Fits nowhere.";
        }
    }

    #[test]
    fn a_word_is_read_as_it_is_written_and_another_is_refused_with_the_choices() {
        for size in Size::ALL {
            assert_eq!(size.to_string().parse(), Ok(size));
            assert_eq!(serde_json::to_value(size).unwrap(), size.as_str());
            assert_eq!(serde_json::from_value::<Size>(size.as_str().into()).unwrap(), size);
        }
        assert_eq!("m".parse::<Size>().unwrap_err(), "size: `m` is none of s, l");
        assert_eq!((Size::Small.label(), Size::Large.sentence()), ("small", "Fits nowhere."));
    }
}
