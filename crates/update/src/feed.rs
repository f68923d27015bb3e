//! Where new versions are announced, and the key that signs them.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use minisign_verify::PublicKey;
use url::{Host, Url};

use crate::{Result, sentences as s};

/// The values of the build; the settings override them.
const BUILT_IN: [Option<&str>; 3] =
    [option_env!("RUNTRAY_UPDATE_FEED"), option_env!("RUNTRAY_UPDATE_KEY"), option_env!("RUNTRAY_UPDATE_HOSTS")];

/// The settings about the feed; the build's value replaces an empty one.
#[derive(Debug, Clone, Copy, Default)]
pub struct Given<'a> {
    /// The address of the feed.
    pub feed: &'a str,
    /// The public key of minisign, as Tauri writes it or as the second line of `minisign.pub`.
    pub key: &'a str,
    /// Further hosts that packages and redirects may lead to.
    pub hosts: &'a [String],
}

/// The address of the feed, its key and the trusted hosts.
#[derive(Debug, Clone)]
pub struct Feed {
    pub(crate) address: Url,
    pub(crate) key: PublicKey,
    hosts: Vec<String>,
}

impl Feed {
    /// The feed that the settings or the build name.
    ///
    /// # Errors
    /// No feed is named, it has no key, or one of the two is not valid.
    pub fn find(given: Given<'_>) -> Result<Self> {
        Self::of(given, BUILT_IN)
    }

    /// Whether the settings or the build name a feed.
    pub fn is_known(given: Given<'_>) -> bool {
        one_of(given.feed, BUILT_IN[0]).is_some()
    }

    pub(crate) fn of(given: Given<'_>, [feed, key, hosts]: [Option<&str>; 3]) -> Result<Self> {
        let address = one_of(given.feed, feed).ok_or_else(|| s::NO_FEED.message())?;
        let bad = || s::BAD_ADDRESS.with("address", address);
        let address = Url::parse(address).ok().filter(is_private).ok_or_else(bad)?;
        let key = one_of(given.key, key).ok_or_else(|| s::NO_KEY.message())?;
        let key = public_key(key).ok_or_else(|| s::BAD_KEY.message())?;
        let built_in = hosts.unwrap_or_default().split([',', ' ']).filter(|host| !host.is_empty());
        let hosts = built_in.map(str::to_owned).chain(given.hosts.iter().cloned()).collect();
        Ok(Self { address, key, hosts })
    }

    /// The name of the feed's host.
    pub fn host(&self) -> &str {
        self.address.host_str().unwrap_or_default()
    }

    /// Whether something may be fetched from there: from the feed's own origin, and from the further hosts over TLS.
    pub(crate) fn allows(&self, target: &Url) -> bool {
        let is_listed = target.host_str().is_some_and(|host| self.hosts.iter().any(|known| known == host));
        target.origin() == self.address.origin() || is_listed
    }
}

fn one_of<'a>(setting: &'a str, built_in: Option<&'a str>) -> Option<&'a str> {
    Some(setting.trim()).filter(|text| !text.is_empty()).or(built_in).filter(|text| !text.is_empty())
}

/// Whether nobody on the network path can read or change the answers of `address`.
pub(crate) fn is_private(address: &Url) -> bool {
    address.has_host() && (address.scheme() == "https" || (address.scheme() == "http" && is_loopback(address)))
}

/// Whether the address is one of this machine.
pub(crate) fn is_loopback(address: &Url) -> bool {
    match address.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn public_key(text: &str) -> Option<PublicKey> {
    let wrapped = || String::from_utf8(BASE64_STANDARD.decode(text).ok()?).ok();
    PublicKey::from_base64(text).ok().or_else(|| PublicKey::decode(&wrapped()?).ok())
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::{Feed, Given};

    const KEY: &str = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3";

    fn code(feed: &str, key: &str, built_in: [Option<&str>; 3]) -> String {
        let given = Given { feed, key, hosts: &[] };
        Feed::of(given, built_in).map_or_else(|error| error.code().to_owned(), |feed| feed.address.to_string())
    }

    #[test]
    fn settings_override_the_build_and_a_missing_or_wrong_value_is_named() {
        let none = [None; 3];
        let built = [Some("https://built.example/latest.json"), Some(KEY), None];
        assert_eq!(code("", "", none), "update.no_feed");
        assert_eq!(code("https://a.example/f", "", none), "update.no_key");
        assert_eq!(code("https://a.example/f", "AAAA", none), "update.bad_key");
        for address in ["http://a.example/f", "ftp://a.example/f", "a.example", "file:///f"] {
            assert_eq!(code(address, KEY, none), "update.bad_address", "{address}");
        }
        assert_eq!(code("", "", built), "https://built.example/latest.json");
        // A mirror of the same packages.
        assert_eq!(code("https://mirror.example/f", "", built), "https://mirror.example/f");
        assert_eq!(code("http://127.0.0.1:80/f", KEY, none), "http://127.0.0.1/f");
    }

    #[test]
    fn only_the_feed_s_origin_and_listed_hosts_may_send() {
        let hosts = ["cdn.example".to_owned()];
        let given = Given { feed: "https://a.example/f", key: KEY, hosts: &hosts };
        let feed = Feed::of(given, [None, None, Some("one.example, two.example")]).expect("a feed");
        for (target, allowed) in [
            ("https://a.example/x", true),
            ("https://a.example:444/x", false),
            ("https://cdn.example/x", true),
            ("https://two.example/x", true),
            ("https://b.a.example/x", false),
            ("https://evil.example/a.example", false),
        ] {
            assert_eq!(feed.allows(&Url::parse(target).expect("an address")), allowed, "{target}");
        }
    }
}
