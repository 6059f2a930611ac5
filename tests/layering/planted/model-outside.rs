//! Planted: a pure room that names crates and parts of the standard library that are not for it.
use std::collections::{BTreeMap, HashMap}; //~ may not import `std::collections::HashMap`
use std::fmt;
use std::time::Duration; //~ may not import `std::time`
use std::{fs, iter}; //~ may not import `std::fs`
use std::net::{IpAddr, TcpStream}; //~ may not import `std::net`
use std::collections as shelves;
use rand::Rng; //~ may not import `rand`
use ::tokio::sync::mpsc; //~ may not import `tokio`
use reqwest as web; //~ may not import `reqwest`
use std::*; //~ may not take all of `std` at once
use serde::Serialize;
extern crate rusqlite; //~ may not import `rusqlite`

fn reads(map: BTreeMap<IpAddr, String>) -> shelves::HashSet<String> { //~ may not import `std::collections::HashSet`
    let _ = std::env::var("HOME"); //~ may not import `std::env`
    let _ = fs::read("x"); //~ may not import `std::fs`
    let _ = web::get("x"); //~ may not import `reqwest`
    let _ = Instant::now(); //~ may not ask for the time with `Instant::now`
    let _ = iter::once(1);
    assert!(std::path::Path::new("x").is_relative());
    vec![std::process::id(), 1] //~ may not import `std::process`
}

#[cfg(test)]
mod tests {
    use std::fs;
    use insta::assert_snapshot;
    use crate::kind::Kind; //~ may not import `kind`

    #[test]
    fn may_read_files_and_clocks() {
        let _ = (fs::read("x"), std::time::Instant::now());
    }
}

#[tokio::test]
async fn stands_alone() {
    tokio::task::yield_now().await;
}
