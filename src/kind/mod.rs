//! The kinds of resource that gureum knows: one file each, and one line in the table below.
//!
//! A kind says which properties it has and how two versions of it differ, where its mark stands and how its address is read
//! back, what can be made in bulk, what must go one at a time, and what of the quota it uses. Property names are OpenStack's
//! own (those of the create request), so that a driver needs no dictionary. Requests and answers are `driver/`'s business.

mod claim;
mod container;
mod floating_ip;
mod guest;
mod health_monitor;
mod listener;
mod load_balancer;
mod member;
mod network;
mod object;
mod pool;
mod port;
mod router;
mod router_interface;
mod security_group;
mod security_group_rule;
mod server;
mod server_group;
mod spec;
mod subnet;
pub mod userdata;

pub use claim::{container as claim_container, id as claim_id};
pub use guest::{SIGNALS_KEY, id as guest_id, server_id as guest_server_id};
pub use member::local_name as member_local_name;
pub use object::{CONTENT_KEY, METADATA_CONTENT, local_name as object_local_name, name as object_name};
pub use security_group::born_rules;
pub use security_group_rule::local_name as rule_local_name;
pub use server::{
    METADATA_ADDRESS, METADATA_DATA, METADATA_ENVIRONMENT, METADATA_RUN, METADATA_SECRET, METADATA_USER_DATA,
};
pub use spec::{Bulk, Change, Compare, Key, Kind, KindSpec, Mark, Property, Quota, Service, Settles, signals};

/// The table: every kind's own page. Its order is the order of creation where nothing else decides.
static TABLE: [&KindSpec; 19] = [
    &network::SPEC,
    &router::SPEC,
    &security_group::SPEC,
    &security_group_rule::SPEC,
    &server_group::SPEC,
    &container::SPEC,
    &claim::SPEC,
    &object::SPEC,
    &subnet::SPEC,
    &port::SPEC,
    &load_balancer::SPEC,
    &router_interface::SPEC,
    &floating_ip::SPEC,
    &pool::SPEC,
    &listener::SPEC,
    &member::SPEC,
    &health_monitor::SPEC,
    &server::SPEC,
    &guest::SPEC,
];

impl Kind {
    /// Every kind, in the table's order.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|spec| spec.kind)
    }

    /// The kind's page.
    ///
    /// # Panics
    /// Never: every kind has a page, which a test below makes sure of.
    pub fn spec(self) -> &'static KindSpec {
        TABLE.iter().find(|spec| spec.kind == self).expect("every kind has a page: tested below")
    }

    /// The kind that an address's last word names.
    pub fn of(address: &crate::model::Address) -> Option<Self> {
        TABLE.iter().find(|spec| spec.word == address.word()).map(|spec| spec.kind)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_kind_has_one_page_and_one_word() {
        let mut words = BTreeSet::new();
        for kind in Kind::EVERY {
            assert_eq!(kind.spec().kind, kind);
            assert!(words.insert(kind.spec().word));
        }
        assert_eq!(Kind::all().count(), Kind::EVERY.len());
    }

    #[test]
    fn parents_and_deletions_name_properties_that_exist() {
        for kind in Kind::all() {
            let spec = kind.spec();
            for property in spec.parent.iter().chain(spec.deleted_with.iter()) {
                assert!(spec.property(property).is_some(), "{kind}: {property}");
            }
        }
    }
}
