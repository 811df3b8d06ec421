//! Small enums that a person reads: each value with its stable name and its words.

/// Names and sentences for the small enums: one table from which screens, the filter and forms read.
macro_rules! words {
    ($($type:ident { $($variant:ident => $name:literal, $doc:literal;)+ })+) => {$(
        impl $type {
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The stable name in files, filters and JSON.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// The words for a person.
            pub const fn doc(self) -> &'static str {
                match self { $(Self::$variant => $doc),+ }
            }

            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.name() == name)
            }
        }
    )+};
}

pub(crate) use words;
