//! An HTTP server that plays the object store and the file server.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// One report, as its request said it.
#[derive(Clone, Debug)]
pub struct Report {
    pub instance: String,
    pub number: u32,
    pub stage: String,
    pub words: String,
}

#[derive(Default)]
struct Kept {
    files: BTreeMap<String, String>,
    reports: Vec<Report>,
    refuses: bool,
}

pub struct Store {
    pub address: String,
    kept: Arc<Mutex<Kept>>,
}

impl Store {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("bound"));
        let kept = Arc::new(Mutex::new(Kept::default()));
        let shared = Arc::clone(&kept);
        // It ends with the test's process.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                answer(stream, &shared);
            }
        });
        Self { address, kept }
    }

    pub fn put(&self, path: &str, content: &str) {
        self.kept.lock().expect("whole").files.insert(path.into(), content.into());
    }

    pub fn get(&self, path: &str) -> String {
        self.kept.lock().expect("whole").files[path].clone()
    }

    pub fn take(&self, path: &str) {
        self.kept.lock().expect("whole").files.remove(path);
    }

    pub fn refuse_reports(&self) {
        self.kept.lock().expect("whole").refuses = true;
    }

    pub fn reports(&self) -> Vec<Report> {
        self.kept.lock().expect("whole").reports.clone()
    }
}

fn answer(mut stream: TcpStream, kept: &Mutex<Kept>) {
    let mut reader = BufReader::new(stream.try_clone().expect("a socket"));
    let mut line = String::new();
    if reader.read_line(&mut line).is_err() {
        return;
    }
    let mut words = line.split(' ');
    let (method, target) = (words.next().unwrap_or_default().to_owned(), words.next().unwrap_or_default().to_owned());
    let (mut length, mut kind) = (0, String::new());
    loop {
        let mut header = String::new();
        if reader.read_line(&mut header).is_err() || header.trim().is_empty() {
            break;
        }
        let (name, value) = header.split_once(':').expect("a header");
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().expect("a number"),
            "content-type" => value.trim().clone_into(&mut kind),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("the body");
    let mut kept = kept.lock().expect("whole");
    let path = target.split('?').next().unwrap_or_default();
    let (status, content) = match (method.as_str(), kept.files.get(path)) {
        ("GET", Some(content)) => ("200 OK", content.clone()),
        ("PUT", _) if path == "/v1/AUTH_p/signals/web-1" && target.contains("temp_url_sig=") && !kept.refuses => {
            let kind = kind.strip_prefix("application/x-gureum.").expect("a report's type");
            let mut parts = kind.splitn(3, '.');
            let mut part = || parts.next().expect("three parts").to_owned();
            let report = Report {
                instance: part(),
                number: part().parse().expect("a number"),
                stage: part(),
                words: String::from_utf8_lossy(&body).into_owned(),
            };
            kept.reports.push(report);
            ("201 Created", String::new())
        }
        ("PUT", _) => ("401 Unauthorized", String::new()),
        _ => ("404 Not Found", String::new()),
    };
    let answer =
        format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{content}", content.len());
    // A client that has gone needs no answer.
    let _ = stream.write_all(answer.as_bytes());
}
