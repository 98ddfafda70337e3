//! A provider without its types: what the driver needs of a client.

use crate::{Keep, Kept, Lifecycle, Missing, Request, RequestError, SharedTransport};

/// A generated client, whatever its grant and its tokens are.
pub(crate) trait Vendor: Send + Sync {
    /// The life of its tokens.
    fn lifecycle(&self) -> &'static Lifecycle;
    /// The request that spends what is kept.
    fn request(&self, kept: &Kept) -> Result<Request, Unfit>;
    /// What it is sent over.
    fn transport(&self) -> &SharedTransport;
    /// Whether the first request takes nothing that is kept: the grant is the client's own credentials.
    fn can_start(&self) -> bool;
}

/// Why no request can be made.
#[derive(Debug)]
pub(crate) enum Unfit {
    /// Something is not kept.
    Missing(Missing),
    /// Something cannot be sent.
    Request(RequestError),
}

impl<P: Keep> Vendor for P {
    fn lifecycle(&self) -> &'static Lifecycle {
        P::LIFECYCLE
    }

    fn request(&self, kept: &Kept) -> Result<Request, Unfit> {
        let grant = P::grant(kept).map_err(Unfit::Missing)?;
        crate::Provider::request(self, &grant).map_err(Unfit::Request)
    }

    fn transport(&self) -> &SharedTransport {
        Keep::transport(self)
    }

    fn can_start(&self) -> bool {
        P::grant(&Kept::new()).is_ok()
    }
}
