//! What happened to items, in the words of events.

use std::collections::BTreeMap;

use crate::driver::Created;
use crate::event::{Finding, Happening, OperationWord};
use crate::kind::Kind;
use crate::model::Address;
use crate::snapshot::Observed;

/// What an event is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Where it stands.
    pub address: Address,
    /// What it is.
    pub kind: Kind,
    /// What is done to it.
    pub operation: OperationWord,
}

impl Subject {
    /// Three words.
    pub fn new(address: &Address, kind: Kind, operation: OperationWord) -> Self {
        Self { address: address.clone(), kind, operation }
    }

    /// A request is about to leave.
    pub fn intended(self, id: Option<String>, detail: Option<String>) -> Happening {
        let Self { address, kind, operation } = self;
        Happening::Intended { address, kind, operation, id, detail }
    }

    /// The cloud will do it.
    pub fn accepted(self, id: &str) -> Happening {
        let Self { address, kind, operation } = self;
        Happening::Accepted { address, kind, operation, id: id.to_owned(), request_id: None, adopted: false }
    }

    /// It is done.
    pub fn settled(self, id: &str, outputs: BTreeMap<String, String>) -> Happening {
        let Self { address, kind, operation } = self;
        Happening::Settled { address, kind, operation, id: id.to_owned(), outputs }
    }

    /// It failed.
    pub fn failed(self, id: Option<String>, error: String, in_doubt: bool) -> Happening {
        let Self { address, kind, operation } = self;
        Happening::Failed { address, kind, operation, id, error, in_doubt }
    }

    /// It was looked for.
    pub fn looked(self, id: Option<String>, finding: Finding) -> Happening {
        let Self { address, kind, operation } = self;
        Happening::Looked { address, kind, operation, id, finding }
    }

    /// It is not tried.
    pub fn skipped(self, because: &Address) -> Happening {
        let Self { address, kind, operation } = self;
        Happening::Skipped { address, kind, operation, because: because.clone() }
    }
}

/// What a creation's answer says: of the item, and of what came with it.
pub fn created(kind: Kind, created: &Created) -> Vec<Happening> {
    let operation = OperationWord::Create;
    let mut all = vec![Happening::Accepted {
        address: created.address.clone(),
        kind,
        operation,
        id: created.id.clone(),
        request_id: created.request_id.clone(),
        adopted: created.adopted,
    }];
    for (address, id) in &created.brought {
        let kind = Kind::of(address).unwrap_or(kind);
        let id = id.clone();
        all.push(Happening::Accepted {
            address: address.clone(),
            kind,
            operation,
            id: id.clone(),
            request_id: None,
            adopted: true,
        });
        all.push(Happening::Settled { address: address.clone(), kind, operation, id, outputs: BTreeMap::new() });
    }
    all
}

/// Something that an earlier run asked for, and of whose making it never heard, is there.
pub fn found(observed: &Observed, address: &Address) -> Happening {
    Happening::Accepted {
        address: address.clone(),
        kind: observed.kind,
        operation: OperationWord::Create,
        id: observed.id.clone(),
        request_id: None,
        adopted: true,
    }
}
