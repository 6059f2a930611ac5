//! What can go wrong between us and OpenStack, so that each caller can decide and each message can name it.

use std::fmt;

/// OpenStack's refusal of one request, in its own words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What was asked: `POST /v2.0/ports` (path only, no host, no query values that could be secret).
    pub request: String,
    /// HTTP status.
    pub status: u16,
    /// Neutron's `type` or Nova's fault name: `OverQuota`, `IpAddressAlreadyAllocated`, `itemNotFound`; may be empty.
    pub code: String,
    /// OpenStack's own message.
    pub message: String,
    /// `x-openstack-request-id` (or Swift's transaction id).
    pub request_id: Option<String>,
    /// `Retry-After`, in seconds.
    pub retry_after: Option<u64>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} {}", self.request, self.status, self.message)?;
        if let Some(id) = &self.request_id {
            write!(f, " ({id})")?;
        }
        Ok(())
    }
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CloudError {
    /// OpenStack answered and refused.
    #[error("{0}")]
    Refused(Refusal),
    /// The request never left. It cannot have acted.
    #[error("{request}: {why}")]
    NotSent {
        /// What was asked.
        request: String,
        /// The system's own words.
        why: String,
    },
    /// The request may have left, and no whole answer came: for a write its outcome is in doubt.
    #[error("{request}: {why}")]
    Lost {
        /// What was asked.
        request: String,
        /// The system's own words.
        why: String,
    },
    /// An answer that is not what the API document says.
    #[error("{request}: unexpected answer: {why}")]
    Malformed {
        /// What was asked.
        request: String,
        /// What was wrong with it.
        why: String,
        /// `x-openstack-request-id`.
        request_id: Option<String>,
    },
    /// Keystone does not let us in.
    #[error("authentication failed at {url}: {why}")]
    Unauthenticated {
        /// Keystone's URL.
        url: String,
        /// Keystone's own words, with its request id.
        why: String,
    },
    /// The catalogue has no such service in this region.
    #[error("the catalogue has no {service} service in region {region} for interface {interface}")]
    NoService {
        /// The service type.
        service: String,
        /// The region.
        region: String,
        /// The interface: public, internal, admin.
        interface: String,
    },
    /// The region is not in the catalogue, or none is chosen and there are several.
    #[error("{}; the catalogue has {}",
        wanted.as_ref().map_or("no region is chosen".to_owned(), |region| format!("there is no region `{region}`")),
        known.join(", "))]
    Region {
        /// What was asked for.
        wanted: Option<String>,
        /// Those that exist.
        known: Vec<String>,
    },
}

impl CloudError {
    /// The HTTP status of a refusal.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Refused(refusal) => Some(refusal.status),
            _ => None,
        }
    }

    /// Whether a write that ended so may have acted, or may act later.
    pub fn in_doubt(&self) -> bool {
        match self {
            Self::Lost { .. } | Self::Malformed { .. } => true,
            Self::Refused(refusal) => matches!(refusal.status, 500 | 502 | 504),
            Self::NotSent { .. } | Self::Unauthenticated { .. } | Self::NoService { .. } | Self::Region { .. } => false,
        }
    }
}
