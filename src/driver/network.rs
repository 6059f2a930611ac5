//! Networks: `/v2.0/networks`.

use crate::kind::Kind;

use super::marked::{Marked, Rest};

pub(super) struct Network;

static REST: Rest = Rest { kind: Kind::Network, path: "/networks", collection: "networks", singular: "network" };

impl Marked for Network {
    fn rest(&self) -> &'static Rest {
        &REST
    }
}
