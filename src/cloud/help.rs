//! What to do about an error: a sentence below its exact words.

use crate::model::{Message, Text, messages::cloud as m};

use super::{CloudError, ConfigError};

impl CloudError {
    /// What the user may do about it, where there is something.
    pub fn help(&self) -> Option<Text> {
        let message = match self {
            Self::NotSent { why, .. } if about_certificate(why) => &m::HELP_CACERT,
            Self::NotSent { .. } => &m::HELP_UNREACHABLE,
            Self::Lost { request, .. } if request.starts_with("GET ") || request.ends_with("/auth/tokens") => {
                &m::HELP_SILENT
            }
            Self::Lost { .. } => &m::HELP_LOST,
            Self::Region { .. } => &m::HELP_REGION,
            Self::NoService { .. } => &m::HELP_INTERFACE,
            Self::Refused(refusal) if refusal.status == 403 => &m::HELP_FORBIDDEN,
            Self::Refused(refusal) if matches!(refusal.status, 429 | 503) => &m::HELP_BUSY,
            // Their own words say it already.
            Self::Refused(_) | Self::Malformed { .. } | Self::Unauthenticated { .. } => return None,
        };
        Some(plain(message))
    }
}

impl ConfigError {
    /// What the user may do about it, where there is something.
    pub fn help(&self) -> Option<Text> {
        let message = match self {
            Self::NoConfig { .. } | Self::NoSuchFile { .. } => &m::HELP_NO_CONFIG,
            Self::NoneChosen { .. } | Self::UnknownCloud { .. } => &m::HELP_CHOOSE_CLOUD,
            Self::Missing { .. } => &m::HELP_SECURE,
            Self::Certificate { .. } => &m::HELP_CACERT,
            Self::BadFile { .. } | Self::BadField { .. } | Self::Transport { .. } => return None,
        };
        Some(plain(message))
    }
}

fn plain(message: &'static Message) -> Text {
    Text { message, values: Vec::new() }
}

fn about_certificate(why: &str) -> bool {
    why.contains("certificate") || why.contains("UnknownIssuer")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_told_from_an_address() {
        let error =
            |why: &str| CloudError::NotSent { request: String::new(), why: why.to_owned() }.help().unwrap().message.id;
        assert_eq!(error("invalid peer certificate: UnknownIssuer"), m::HELP_CACERT.id);
        assert_eq!(error("Connection refused"), m::HELP_UNREACHABLE.id);
        assert_eq!(CloudError::Unauthenticated { url: String::new(), why: String::new() }.help(), None);
    }
}
