//! Headers that mean something here, or have a field of their own.

use weir_rules::field::FieldId;

macro_rules! known {
    ($($variant:ident = $name:literal, $field:expr;)*) => {
        /// Headers that mean something here, or have a field of their own.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(in crate::decode) enum Known { $($variant,)* }

        impl Known {
            const ALL: [(Known, &'static [u8], Option<FieldId>); [$(Known::$variant),*].len()] =
                [$((Known::$variant, $name, $field),)*];
        }
    };
}

known! {
    Host = b"host", None;
    Cookie = b"cookie", Some(FieldId::HttpCookie);
    SetCookie = b"set-cookie", Some(FieldId::HttpCookie);
    ContentLength = b"content-length", Some(FieldId::HttpContentLength);
    ContentType = b"content-type", Some(FieldId::HttpContentType);
    TransferEncoding = b"transfer-encoding", None;
    ContentEncoding = b"content-encoding", None;
    ContentDisposition = b"content-disposition", None;
    Authorization = b"authorization", None;
    Upgrade = b"upgrade", None;
    Http2Settings = b"http2-settings", None;
    WebSocketExtensions = b"sec-websocket-extensions", None;
    UserAgent = b"user-agent", Some(FieldId::HttpUserAgent);
    Referer = b"referer", Some(FieldId::HttpReferer);
    Accept = b"accept", Some(FieldId::HttpAccept);
    AcceptEncoding = b"accept-encoding", Some(FieldId::HttpAcceptEncoding);
    AcceptLanguage = b"accept-language", Some(FieldId::HttpAcceptLanguage);
    Connection = b"connection", Some(FieldId::HttpConnection);
    Server = b"server", Some(FieldId::HttpServer);
    Location = b"location", Some(FieldId::HttpLocation);
}

impl Known {
    /// The header of this name, in any case.
    pub fn of(name: &[u8]) -> Option<Known> {
        Known::ALL
            .iter()
            .find(|(_, known, _)| known.len() == name.len() && known.eq_ignore_ascii_case(name))
            .map(|&(known, _, _)| known)
    }

    /// The field of its value.
    pub fn field(self) -> Option<FieldId> {
        Known::ALL.get(self as usize).and_then(|known| known.2)
    }

    /// Whether it says where a message ends.
    pub fn frames(self) -> bool {
        matches!(self, Known::ContentLength | Known::TransferEncoding)
    }

    /// Whether it holds cookies, which are kept apart.
    pub fn is_cookie(self) -> bool {
        matches!(self, Known::Cookie | Known::SetCookie)
    }
}
