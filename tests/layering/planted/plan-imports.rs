//! Planted: a pure room that imports what acts, in every spelling.
use crate::cloud::Cloud; //~ may not import `cloud`
use crate::model::Address;
use crate::{kind::Kind, driver::Driver}; //~ may not import `driver`
use super::super::execute; //~ may not import `execute`
use super::types::Plan;
use crate::say;
use crate as everything; //~ may not take the whole crate under another name
use crate::*; //~ may not import the crate's root

fn elsewhere(plan: &Plan) -> crate::journal::JournalError { //~ may not import `journal`
    let _: Address = super::super::observe::address(plan); //~ may not import `observe`
    let _ = <crate::verify::Probe as Default>::default(); //~ may not import `verify`
    everything::terminal::show(Kind::Port); //~ may not import `terminal`
    println!("{}", crate::runtime::now()); //~ may not import `runtime`
    say!(crate::model::messages::plan::MISSING, what = vec![crate::cli::NAME]) //~ may not import `cli`
}

mod inner {
    use super::super::super::blueprint::Tier; //~ may not import `blueprint`
    use super::elsewhere;
    use super::super::types::Step;
}

#[derive(Debug, serde::Serialize, tokio::Derived)] //~ may not import `tokio`
#[cfg_attr(any(), crate::embedded::mark)] //~ may not import `embedded`
struct Marked;

macro_rules! hidden {
    () => {
        $crate::report::text() //~ may not import `report`
    };
}
