//! JSON values to Rust types and back, without a derive: what generated structs and enums implement.

mod mismatch;
mod object;
mod primitives;
mod wipe;
mod writer;

pub use serde_json::{Value as Json, json};

pub use self::mismatch::Mismatch;
pub use self::object::Object;
pub(crate) use self::wipe::Wiped;
pub use self::writer::ObjectWriter;

/// A type that a JSON value can be read as.
///
/// ```
/// use token_refresh_runtime::{Decode, Json, Mismatch, Object};
///
/// struct Data {
///     session: String,
///     lifetime: Option<i64>,
/// }
///
/// impl Decode for Data {
///     fn decode(value: &Json) -> Result<Self, Mismatch> {
///         let object = Object::of(value)?;
///         Ok(Self { session: object.required("session")?, lifetime: object.optional("lifetime")? })
///     }
/// }
///
/// let data = Data::decode(&serde_json::json!({"session": "s-1", "lifetime": "3600"}))?;
/// assert_eq!((data.session.as_str(), data.lifetime), ("s-1", Some(3600)));
/// # Ok::<(), Mismatch>(())
/// ```
pub trait Decode: Sized {
    /// Reads the value.
    ///
    /// # Errors
    /// Where the value is of another type; the error names the place and the types, never the value.
    fn decode(value: &Json) -> Result<Self, Mismatch>;
}

/// A type that can be written as a JSON value.
pub trait Encode {
    /// Writes the value.
    fn encode(&self) -> Json;
}
