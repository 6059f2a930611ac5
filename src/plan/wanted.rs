//! What should exist, by number: an address is looked up once, and whoever asks again asks by number. In an environment of 10,000
//! resources the lookups were most of what planning did.

use crate::desired::{Desired, Resource};
use crate::model::Address;

use super::references::{addresses, addresses_of};

/// The desired resources; the number of each is its place by address.
#[derive(Default)]
pub(super) struct Wanted<'a> {
    /// All of them, sorted by address.
    pub all: Vec<(&'a Address, &'a Resource)>,
    /// The numbers of those that each refers to, sorted, each once.
    pub uses: Vec<Vec<usize>>,
}

impl<'a> Wanted<'a> {
    /// Numbers them.
    pub fn new(desired: &'a Desired) -> Self {
        let mut wanted = Self { all: desired.resources.iter().collect(), uses: Vec::new() };
        let used = |(_, resource): &(&Address, &Resource)| {
            addresses(&resource.properties).into_iter().filter_map(|address| wanted.number(address)).collect()
        };
        wanted.uses = wanted.all.iter().map(used).collect();
        wanted
    }

    /// The number of the one at that address.
    pub fn number(&self, address: &Address) -> Option<usize> {
        self.all.binary_search_by(|(other, _)| (*other).cmp(address)).ok()
    }

    /// The same where that one is referred to: few are to be looked at.
    pub fn used(&self, user: usize, address: &Address) -> Option<usize> {
        self.uses[user].iter().copied().find(|&used| self.all[used].0 == address)
    }

    /// The numbers of those that it refers to by that property.
    pub fn by_property(&self, user: usize, property: &str) -> Vec<usize> {
        let addresses = addresses_of(&self.all[user].1.properties, property);
        addresses.into_iter().filter_map(|address| self.used(user, address)).collect()
    }
}
