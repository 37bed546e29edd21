//! Enums that list their own values.

/// Declares an enum, and in `ALL` its values in the order of their declaration.
///
/// The list comes from the declaration, so that a new value cannot be missing in it.
macro_rules! with_all {
    (
        $(#[$of_enum:meta])*
        pub enum $name:ident {
            $($(#[$of_value:meta])* $value:ident,)+
        }
    ) => {
        $(#[$of_enum])*
        pub enum $name {
            $($(#[$of_value])* $value,)+
        }

        impl $name {
            /// Every value, in the order of their declaration.
            pub const ALL: [Self; [$($name::$value),+].len()] = [$(Self::$value),+];
        }
    };
}

pub(crate) use with_all;
