//! What a generated enum has beyond its variants: its value on the wire, and a place for unknown ones.

/// Gives an enum of strings its texts. The enum has a variant `Other(String)` for what the vendor does not
/// document, so that a new value never fails a call.
///
/// ```
/// use token_refresh_runtime::string_enum;
///
/// #[derive(Clone, Debug, PartialEq, Eq)]
/// pub enum Code {
///     InvalidGrant,
///     Other(String),
/// }
///
/// string_enum!(Code { InvalidGrant = "invalid_grant" });
///
/// assert_eq!(Code::from("invalid_grant"), Code::InvalidGrant);
/// assert_eq!(Code::from("new_one").as_str(), "new_one");
/// ```
#[macro_export]
macro_rules! string_enum {
    ($name:ident { $($variant:ident = $text:literal),* $(,)? }) => {
        impl $name {
            /// The text on the wire.
            #[inline]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Other(text) => text,
                }
            }
        }

        impl<T: ::core::convert::Into<::std::string::String>> ::core::convert::From<T> for $name {
            #[inline]
            fn from(text: T) -> Self {
                let text: ::std::string::String = text.into();
                match &*text {
                    $($text => Self::$variant,)*
                    _ => Self::Other(text),
                }
            }
        }

        impl ::core::fmt::Display for $name {
            #[inline]
            fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }

        impl $crate::AsText for $name {
            #[inline]
            fn as_text(&self) -> ::std::borrow::Cow<'_, str> {
                ::std::borrow::Cow::Borrowed(self.as_str())
            }
        }

        impl $crate::Decode for $name {
            #[inline]
            fn decode(
                value: &$crate::Json,
            ) -> ::core::result::Result<Self, $crate::Mismatch> {
                match <::std::string::String as $crate::Decode>::decode(value) {
                    ::core::result::Result::Ok(text) => {
                        ::core::result::Result::Ok(<Self as ::core::convert::From<::std::string::String>>::from(text))
                    }
                    ::core::result::Result::Err(mismatch) => ::core::result::Result::Err(mismatch),
                }
            }
        }

        impl $crate::Encode for $name {
            #[inline]
            fn encode(&self) -> $crate::Json {
                $crate::Encode::encode(self.as_str())
            }
        }
    };
}

/// Gives the enum of a vendor's servers their names in the spec, where the choice belongs to the session and is
/// written down with it. Unlike a vendor's values, there is no server that is not known.
///
/// ```
/// use token_refresh_runtime::{Decode, Encode, server_enum};
///
/// #[derive(Clone, Copy, Debug, PartialEq, Eq)]
/// pub enum Environment {
///     Europe,
/// }
///
/// server_enum!(Environment { Europe = "europe" });
///
/// let written = Environment::Europe.encode();
/// assert_eq!(written, "europe");
/// assert_eq!(Environment::decode(&written), Ok(Environment::Europe));
/// assert!(Environment::decode(&"mars".into()).is_err());
/// ```
#[macro_export]
macro_rules! server_enum {
    ($name:ident { $($variant:ident = $text:literal),* $(,)? }) => {
        impl $crate::Encode for $name {
            #[inline]
            fn encode(&self) -> $crate::Json {
                $crate::Encode::encode(match self {
                    $(Self::$variant => $text,)*
                })
            }
        }

        impl $crate::Decode for $name {
            #[inline]
            fn decode(
                value: &$crate::Json,
            ) -> ::core::result::Result<Self, $crate::Mismatch> {
                match value.as_str() {
                    $(::core::option::Option::Some($text) => ::core::result::Result::Ok(Self::$variant),)*
                    _ => ::core::result::Result::Err($crate::Mismatch::found("the name of a server", value)),
                }
            }
        }
    };
}

/// Gives an enum of whole numbers its values. The enum has a variant `Other(i64)`.
///
/// ```
/// use token_refresh_runtime::integer_enum;
///
/// #[derive(Clone, Copy, Debug, PartialEq, Eq)]
/// pub enum Level {
///     One,
///     Other(i64),
/// }
///
/// integer_enum!(Level { One = 1 });
///
/// assert_eq!(Level::from(1), Level::One);
/// assert_eq!(Level::from(7).value(), 7);
/// ```
#[macro_export]
macro_rules! integer_enum {
    ($name:ident { $($variant:ident = $value:literal),* $(,)? }) => {
        impl $name {
            /// The number on the wire.
            #[inline]
            pub fn value(self) -> i64 {
                match self {
                    $(Self::$variant => $value,)*
                    Self::Other(value) => value,
                }
            }
        }

        impl ::core::convert::From<i64> for $name {
            #[inline]
            fn from(value: i64) -> Self {
                match value {
                    $($value => Self::$variant,)*
                    _ => Self::Other(value),
                }
            }
        }

        impl ::core::fmt::Display for $name {
            #[inline]
            fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Display::fmt(&self.value(), formatter)
            }
        }

        impl $crate::AsText for $name {
            #[inline]
            fn as_text(&self) -> ::std::borrow::Cow<'_, str> {
                ::std::borrow::Cow::Owned(::std::string::ToString::to_string(self))
            }
        }

        impl $crate::Decode for $name {
            #[inline]
            fn decode(
                value: &$crate::Json,
            ) -> ::core::result::Result<Self, $crate::Mismatch> {
                <i64 as $crate::Decode>::decode(value).map(Self::from)
            }
        }

        impl $crate::Encode for $name {
            #[inline]
            fn encode(&self) -> $crate::Json {
                $crate::Encode::encode(&self.value())
            }
        }
    };
}

#[cfg(test)]
#[expect(unreachable_pub, reason = "generated enums are public; these are not")]
mod tests {
    use crate::{AsText, Decode, Encode, Json};

    #[derive(Debug, PartialEq)]
    enum Code {
        A,
        Other(String),
    }

    string_enum!(Code { A = "a" });

    #[derive(Clone, Copy, Debug, PartialEq)]
    enum Level {
        Low,
        Other(i64),
    }

    integer_enum!(Level { Low = -1 });

    #[test]
    fn unknown_values_are_kept() {
        assert_eq!(
            Code::decode(&Json::from("b")),
            Ok(Code::Other("b".to_owned()))
        );
        assert_eq!(Code::decode(&Json::from("a")), Ok(Code::A));
        assert_eq!(Level::decode(&Json::from(3)), Ok(Level::Other(3)));
        assert_eq!(Level::decode(&Json::from("-1")), Ok(Level::Low));
    }

    #[test]
    fn values_go_back_as_they_came() {
        assert_eq!(Code::A.encode(), Json::from("a"));
        assert_eq!(Code::from("b".to_owned()).as_text(), "b");
        assert_eq!(Level::Low.encode(), Json::from(-1));
        assert_eq!(Level::Other(4).to_string(), "4");
    }
}
