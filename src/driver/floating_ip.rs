//! Floating IPs: `/v2.0/floatingips`. A second one for the same port and external network is refused.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::kind::Kind;
use crate::model::{Address, Properties};
use crate::snapshot::Observed;

use super::json::text;
use super::marked::{Marked, Rest};
use super::{Scope, place};

pub(super) struct FloatingIp;

static REST: Rest =
    Rest { kind: Kind::FloatingIp, path: "/floatingips", collection: "floatingips", singular: "floatingip" };

impl Marked for FloatingIp {
    fn rest(&self) -> &'static Rest {
        &REST
    }

    fn outputs(&self, item: &Json) -> BTreeMap<String, String> {
        let name = "floating_ip_address";
        text(item, name).map(|address| (name.to_owned(), address.to_owned())).into_iter().collect()
    }

    /// It is called as the port it leads to; one that leads nowhere cannot be told.
    fn locate(&self, scope: Scope<'_>, observed: &Observed) -> Option<Address> {
        let port = place::reference(scope, observed, "port_id")?;
        place::address(scope, observed, port.local())
    }

    fn is(&self, wanted: &Properties, observed: &Observed) -> bool {
        ["port_id", "floating_network_id"]
            .iter()
            .all(|name| wanted.contains_key(*name) && wanted.get(*name) == observed.properties.get(*name))
    }
}
