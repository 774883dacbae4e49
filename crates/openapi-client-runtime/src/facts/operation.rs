//! The operation table: what the document says of each operation, as constants.
//!
//! Generated crates hold one [`Operation`] per operation in a `static`. Everything is built with
//! `const fn`s, so the table can gain columns without breaking crates generated earlier.

use std::fmt;
use std::mem::ManuallyDrop;
use std::sync::OnceLock;

use http::HeaderValue;

use crate::facts::pagination::Pagination;
use crate::{BodyLimits, Requirement, Retry, RetryStatuses, Server};

/// An HTTP method that a document can declare and this runtime can send.
///
/// ```
/// use openapi_client_runtime::Method;
///
/// assert_eq!(Method::Put.as_str(), "PUT");
/// assert!(Method::Put.is_idempotent() && !Method::Put.is_safe());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Method {
    /// `GET`
    Get,
    /// `PUT`
    Put,
    /// `POST`
    Post,
    /// `PATCH`
    Patch,
    /// `DELETE`
    Delete,
    /// `HEAD`
    Head,
}

impl Method {
    /// The method as it stands in a request line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Put => "PUT",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Head => "HEAD",
        }
    }

    /// Whether the method only reads ("safe" in RFC 9110, section 9.2.1).
    pub const fn is_safe(self) -> bool {
        matches!(self, Self::Get | Self::Head)
    }
}

impl Method {
    /// Whether the method may be retried without harm ("idempotent" in RFC 9110, section 9.2.2).
    pub const fn is_idempotent(self) -> bool {
        matches!(self, Self::Get | Self::Head | Self::Put | Self::Delete)
    }
}

impl From<Method> for http::Method {
    fn from(method: Method) -> Self {
        match method {
            Method::Get => Self::GET,
            Method::Put => Self::PUT,
            Method::Post => Self::POST,
            Method::Patch => Self::PATCH,
            Method::Delete => Self::DELETE,
            Method::Head => Self::HEAD,
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether an operation was read in the vendor's documentation or inferred from what stands near it.
/// [`Operation`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Provenance {
    /// Read in the vendor's documentation, see [`Operation::sources`].
    Documented,
    /// Inferred, see [`Operation::provenance_basis`]. The vendor has not promised it: the server may
    /// answer otherwise, or know no such operation.
    Inferred,
}

impl fmt::Display for Provenance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Documented => "documented",
            Self::Inferred => "inferred",
        })
    }
}

/// One scheme of a security requirement, with the scopes it must carry. [`Operation`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecurityRequirement {
    scheme: &'static str,
    scopes: &'static [&'static str],
}

impl SecurityRequirement {
    /// Asks for the scheme of that name in `components.securitySchemes`.
    pub const fn new(scheme: &'static str, scopes: &'static [&'static str]) -> Self {
        Self { scheme, scopes }
    }

    /// The name of the scheme in the document.
    pub const fn scheme(&self) -> &'static str {
        self.scheme
    }

    /// The scopes that must all be granted; empty for schemes without scopes.
    pub const fn scopes(&self) -> &'static [&'static str] {
        self.scopes
    }
}

/// What an operation takes as its body. [`Operation`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestBody {
    media_type: &'static str,
    optional: bool,
}

impl RequestBody {
    /// A required body of this media type.
    pub const fn new(media_type: &'static str) -> Self {
        Self {
            media_type,
            optional: false,
        }
    }

    /// The body may be left out.
    #[must_use]
    pub const fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// The media type that goes out as `Content-Type`.
    pub const fn media_type(&self) -> &'static str {
        self.media_type
    }

    /// Whether the body may be left out.
    pub const fn is_optional(&self) -> bool {
        self.optional
    }
}

/// The statuses that a response of the document stands for. [`Operation`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StatusRange {
    /// One status, such as `404`.
    Exact(u16),
    /// All statuses with this first digit: `4` is `4XX`.
    Class(u8),
    /// Every status that nothing else describes.
    Default,
}

/// One response that the document describes. [`Operation`] has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResponseSpec {
    status: StatusRange,
    media_types: &'static [&'static str],
    envelope: Option<&'static str>,
}

impl ResponseSpec {
    /// A response with these media types; none when it has no body.
    pub const fn new(status: StatusRange, media_types: &'static [&'static str]) -> Self {
        Self {
            status,
            media_types,
            envelope: None,
        }
    }

    /// Names the variant that this response becomes where an operation answers with several types.
    #[must_use]
    pub const fn envelope(mut self, variant: &'static str) -> Self {
        self.envelope = Some(variant);
        self
    }

    /// The statuses described.
    pub const fn status(&self) -> StatusRange {
        self.status
    }

    /// The media types of the body; empty when there is none.
    pub const fn media_types(&self) -> &'static [&'static str] {
        self.media_types
    }

    /// The variant of the status envelope, where there is one.
    pub const fn envelope_variant(&self) -> Option<&'static str> {
        self.envelope
    }
}

/// Writes [`Operation`], its const builder, and one setter and getter per column.
macro_rules! operation_table {
    ($( $(#[doc = $doc:literal])+ $name:ident: $type:ty = $default:expr; )+) => {
        /// One operation of an API, as its document describes it. Generated crates hold one for
        /// each, and users meet them in errors, middleware and observers.
        ///
        /// ```
        /// use openapi_client_runtime::{
        ///     Method, Operation, Provenance, RequestBody, Requirement, ResponseSpec, Retry,
        ///     SecurityRequirement, Server, StatusRange,
        /// };
        ///
        /// static RENAME_THING: Operation =
        ///     Operation::new("rename_thing", Method::Post, "/things/{thing_id}/name")
        ///         .document_id("renameThing")
        ///         .servers(&[Server::new("https://names.example.com")])
        ///         .security(&[&[SecurityRequirement::new("oauth", &["things:write"])]])
        ///         .request(RequestBody::new("application/json").optional())
        ///         .responses(&[
        ///             ResponseSpec::new(StatusRange::Exact(204), &[]),
        ///             ResponseSpec::new(StatusRange::Class(4), &["application/problem+json"]),
        ///         ])
        ///         .locks(&["thing_id"])
        ///         .requirements(&[Requirement::new("trust", "a trusted application")])
        ///         .retry(Some(Retry::Always))
        ///         .provenance(Provenance::Inferred)
        ///         .provenance_basis(Some("as the renaming of folders"))
        ///         .build();
        ///
        /// assert_eq!(RENAME_THING.path(), "/things/{thing_id}/name");
        /// assert!(!RENAME_THING.method().is_idempotent());
        /// let conflict = RENAME_THING.response_for(409).map(|spec| spec.media_types());
        /// assert_eq!(conflict, Some(&["application/problem+json"][..]));
        /// if RENAME_THING.provenance() == Provenance::Inferred {
        ///     assert_eq!(RENAME_THING.provenance_basis(), Some("as the renaming of folders"));
        /// }
        /// ```
        pub struct Operation {
            id: &'static str,
            method: Method,
            path: &'static str,
            document_id: Option<&'static str>,
            request: Option<RequestBody>,
            streams: bool,
            replaces_whole: bool,
            deprecated: bool,
            /// The header that asks for what the document says of replies; made by the first call. It is
            /// never dropped, so that the table can be built by `const fn`s.
            pub(crate) accept: ManuallyDrop<OnceLock<Option<HeaderValue>>>,
            $( $name: $type, )+
        }

        impl Operation {
            /// Starts the entry of the operation with this Rust method name, HTTP method and path
            /// template; [`OperationBuilder::build`] ends it.
            #[expect(clippy::new_ret_no_self, reason = "the table is written as one const chain")]
            pub const fn new(id: &'static str, method: Method, path: &'static str) -> OperationBuilder {
                OperationBuilder(Self {
                    id,
                    method,
                    path,
                    document_id: None,
                    request: None,
                    streams: false,
                    replaces_whole: false,
                    deprecated: false,
                    accept: ManuallyDrop::new(OnceLock::new()),
                    $( $name: $default, )+
                })
            }

            $( $(#[doc = $doc])+ pub const fn $name(&self) -> $type { self.$name } )+
        }

        impl OperationBuilder {
            $( $(#[doc = $doc])+ pub const fn $name(mut self, $name: $type) -> Self {
                self.0.$name = $name;
                self
            } )+
        }
    };
}

operation_table! {
    /// The tag under which the document files the operation; empty when it has none.
    tag: &'static str = "";
    /// The one-line summary; empty when the document has none.
    summary: &'static str = "";
    /// The servers of the operation, where they are others than the document's: at most one for each
    /// environment, and one for all others. [`CoreBuilder::base_url`](crate::CoreBuilder::base_url)
    /// wins over them. Empty when the operation is where the document begins.
    servers: &'static [Server] = &[];
    /// The security alternatives, of which one is enough; the schemes within one alternative are
    /// all needed. Empty when the operation takes no credential.
    security: &'static [&'static [SecurityRequirement]] = &[];
    /// What whoever calls must have beside credentials, all of it; empty when everybody may call.
    requirements: &'static [Requirement] = &[];
    /// Scopes that must all be on the token, where the scheme itself declares none.
    required_scopes: &'static [&'static str] = &[];
    /// The responses that the document describes.
    responses: &'static [ResponseSpec] = &[];
    /// Names of cookie parameters, spelt as the document spells them.
    cookies: &'static [&'static str] = &[];
    /// Path parameters whose values name what a write locks: writes of a client that lock the same wait
    /// for each other.
    locks: &'static [&'static str] = &[];
    /// What the document says of retrying the operation, where method and idempotency key imply
    /// something else.
    retry: Option<Retry> = None;
    /// Statuses after which a retry may succeed, where they are others than the API's.
    retry_statuses: Option<RetryStatuses> = None;
    /// The request header that makes a retry safe.
    idempotency_key: Option<&'static str> = None;
    /// Header parameters that take the value of the client
    /// ([`CoreBuilder::default_header`](crate::CoreBuilder::default_header)) where a call sets none.
    default_headers: &'static [&'static str] = &[];
    /// What the document allows in the body, where it limits more than strings; `None` where not.
    body_limits: Option<&'static BodyLimits> = None;
    /// How the list that the operation answers with is paged; `None` where it is whole, or no list.
    pagination: Option<Pagination> = None;
    /// Whether the operation was documented by the vendor or inferred. A document that does not tell
    /// the two apart counts as the vendor's.
    provenance: Provenance = Provenance::Documented;
    /// What the inference stands on, where the operation is inferred and the document says it.
    provenance_basis: Option<&'static str> = None;
    /// The pages that document the operation, or that the inference started from; empty where the
    /// document names none.
    sources: &'static [&'static str] = &[];
}

impl Operation {
    /// The name of the Rust method.
    pub const fn id(&self) -> &'static str {
        self.id
    }

    /// The `operationId` of the document.
    pub const fn document_id(&self) -> &'static str {
        match self.document_id {
            Some(id) => id,
            None => self.id,
        }
    }

    /// The HTTP method.
    pub const fn method(&self) -> Method {
        self.method
    }

    /// The path template, such as `/things/{thing_id}`.
    pub const fn path(&self) -> &'static str {
        self.path
    }

    /// The body that the operation takes.
    pub const fn request(&self) -> Option<RequestBody> {
        self.request
    }

    /// The requirement of this name, where the operation has it.
    pub fn requirement(&self, name: &str) -> Option<&'static Requirement> {
        self.requirements
            .iter()
            .find(|requirement| requirement.name() == name)
    }

    /// Whether a success is a stream of bytes, which is not read ahead of its consumer.
    pub const fn streams(&self) -> bool {
        self.streams
    }

    /// Whether the body replaces the whole resource: what it leaves out is deleted.
    pub const fn replaces_whole(&self) -> bool {
        self.replaces_whole
    }

    /// Whether the document marks the operation as deprecated.
    pub const fn is_deprecated(&self) -> bool {
        self.deprecated
    }

    /// The response that describes this status: the exact one, else its class, else the default.
    pub fn response_for(&self, status: u16) -> Option<&'static ResponseSpec> {
        let find = |wanted: StatusRange| self.responses.iter().find(|spec| spec.status == wanted);
        find(StatusRange::Exact(status))
            .or_else(|| find(StatusRange::Class(u8::try_from(status / 100).unwrap_or(0))))
            .or_else(|| find(StatusRange::Default))
    }
}

/// The same entry of the table, not an equal one.
impl PartialEq for Operation {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Operation {}

impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Operation({} {} {})", self.id, self.method, self.path)
    }
}

/// An [`Operation`] in the making; see [`Operation::new`]. Only generated code names it.
#[derive(Debug)]
#[must_use = "call `build` to get the operation"]
pub struct OperationBuilder(Operation);

impl OperationBuilder {
    /// The `operationId` of the document, where it differs from the Rust method name.
    pub const fn document_id(mut self, id: &'static str) -> Self {
        self.0.document_id = Some(id);
        self
    }

    /// The body that the operation takes.
    pub const fn request(mut self, body: RequestBody) -> Self {
        self.0.request = Some(body);
        self
    }

    /// A success is a stream of bytes.
    pub const fn streams(mut self) -> Self {
        self.0.streams = true;
        self
    }

    /// The body replaces the whole resource.
    pub const fn replaces_whole(mut self) -> Self {
        self.0.replaces_whole = true;
        self
    }

    /// The document marks the operation as deprecated.
    pub const fn deprecated(mut self) -> Self {
        self.0.deprecated = true;
        self
    }

    /// Ends the chain.
    pub const fn build(self) -> Operation {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static OPERATION: Operation = Operation::new("get_thing", Method::Get, "/things/{id}")
        .document_id("getThing")
        .tag("Things")
        .sources(&["reference", "guide"])
        .security(&[&[SecurityRequirement::new("basic", &[])]])
        .responses(&[
            ResponseSpec::new(StatusRange::Default, &["text/plain"]).envelope("Other"),
            ResponseSpec::new(StatusRange::Class(4), &["application/problem+json"]),
            ResponseSpec::new(StatusRange::Exact(404), &[]).envelope("Missing"),
        ])
        .build();

    #[test]
    fn the_table_is_built_in_a_static() {
        assert_eq!(OPERATION.document_id(), "getThing");
        assert_eq!(OPERATION.tag(), "Things");
        assert_eq!(OPERATION.security()[0][0].scheme(), "basic");
        assert_eq!(OPERATION.provenance(), Provenance::Documented);
        assert_eq!(OPERATION.provenance_basis(), None);
        assert_eq!(OPERATION.sources(), ["reference", "guide"]);
        assert_eq!(
            format!("{OPERATION:?}"),
            "Operation(get_thing GET /things/{id})"
        );
    }

    #[test]
    fn the_most_exact_response_describes_a_status() {
        let variant = |status| OPERATION.response_for(status).unwrap().envelope_variant();
        assert_eq!(variant(404), Some("Missing"));
        assert_eq!(variant(409), None);
        assert_eq!(variant(503), Some("Other"));
    }
}
