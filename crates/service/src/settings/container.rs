//! The section `[container]`: the images in which programs run at the isolation `container`.

use runtray_engine::language::Images;
use runtray_engine::message::LocalizedMessage;
use toml_edit::Item;

use super::key::{Fault, Key};
use super::read::{excerpt, texts};
use crate::sentences as s;

/// The longest name of an image.
const LONGEST: usize = 255;

/// `container.image`.
pub(super) const IMAGE: Key = Key::new(
    "container.image",
    "The image for all languages, such as \"docker.io/library/python:3.13-slim\". It must be on this machine:\nRuntray downloads none. It needs the language's interpreter and `cat`. Empty: only languages of `images` run.",
    |s, v| {
        s.images.default = None;
        let text = v.as_str().ok_or_else(|| s::SETTING_IMAGE.with("written", excerpt(v)))?;
        s.images.default = if text.is_empty() { None } else { Some(image(text)?) };
        Ok(())
    },
    |s| toml_edit::Value::from(s.images.default.clone().unwrap_or_default()).to_string(),
);

/// `container.images`.
pub(super) const IMAGES: Key = Key::new(
    "container.images",
    "Other images by language, such as \"javascript=docker.io/library/node:24-slim\".",
    |s, v| by_language(&mut s.images, v),
    |s| {
        let pairs: Vec<String> = s.images.by_language.iter().map(|(name, image)| format!("{name}={image}")).collect();
        toml_edit::Value::from_iter(pairs.iter().map(String::as_str)).to_string()
    },
);

/// Reads a list of pairs. If one entry is wrong, no language has an image of its own.
fn by_language(images: &mut Images, item: &Item) -> Result<(), Fault> {
    images.by_language.clear();
    let pairs: Result<Vec<_>, LocalizedMessage> = texts(item)?.into_iter().map(pair).collect();
    images.by_language = pairs?.into_iter().collect();
    Ok(())
}

fn pair(text: &str) -> Result<(String, String), LocalizedMessage> {
    match text.split_once('=') {
        Some((language, name)) if !language.trim().is_empty() => {
            Ok((language.trim().to_lowercase(), image(name.trim())?))
        }
        _ => Err(s::SETTING_IMAGES.with("written", runtray_engine::excerpt(text).into_owned())),
    }
}

/// The name of an image: with host, path, tag and digest, as `docker pull` takes it.
fn image(text: &str) -> Result<String, LocalizedMessage> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "._-/:@".contains(c);
    let is_path = text.split('/').all(|part| part.starts_with(|c: char| c.is_ascii_alphanumeric()));
    if text.len() <= LONGEST && is_path && text.chars().all(is_allowed) && !text.contains("..") {
        return Ok(text.to_owned());
    }
    Err(s::SETTING_IMAGE.with("written", runtray_engine::excerpt(text).into_owned()))
}

#[cfg(test)]
mod tests {
    use toml_edit::Item;

    use super::{IMAGE, IMAGES, image, pair};
    use crate::settings::Settings;

    fn item(text: &str) -> Item {
        Item::Value(text.parse().expect("a value"))
    }

    #[test]
    fn a_wrong_image_is_no_image() {
        let mut settings = Settings::default();
        assert!((IMAGE.read)(&mut settings, &item("'a:1'")).is_ok());
        assert!((IMAGES.read)(&mut settings, &item("['python=b:2']")).is_ok());
        assert_eq!((settings.images.of("python"), settings.images.of("javascript")), (Some("b:2"), Some("a:1")));
        assert_eq!((IMAGES.show)(&settings).trim(), "[\"python=b:2\"]");
        for wrong in ["['python=b:2', 'js']", "['python=a b']", "'python=b:2'", "[7]"] {
            let mut settings = settings.clone();
            assert!((IMAGES.read)(&mut settings, &item(wrong)).is_err());
            assert!(settings.images.by_language.is_empty(), "{wrong}");
        }
        for wrong in ["'a b'", "7", "['a:1']"] {
            let mut settings = settings.clone();
            assert!((IMAGE.read)(&mut settings, &item(wrong)).is_err());
            assert_eq!(settings.images.default, None, "{wrong}");
        }
    }

    #[test]
    fn names_of_images_are_those_that_docker_takes() {
        for name in [
            "python",
            "python:3.13-slim",
            "docker.io/library/node:24",
            "localhost:5000/me/x_y.z:1",
            "ghcr.io/a/b@sha256:0123456789abcdef",
        ] {
            assert_eq!(image(name).as_deref().ok(), Some(name));
        }
        for name in
            ["", " ", "a b", "/a", "a/", "a//b", "../x", "a/../b", "a?b", "a#b", "a%2e", "-a", "ä", &"a".repeat(256)]
        {
            assert!(image(name).is_err_and(|reason| reason.to_string().contains("docker.io/")), "{name}");
        }
    }

    #[test]
    fn a_pair_has_a_language_and_an_image() {
        assert_eq!(pair("JavaScript = node:24").ok(), Some(("javascript".into(), "node:24".into())));
        for wrong in ["node:24", "=node:24", "js=", "js=a b"] {
            assert!(pair(wrong).is_err(), "{wrong}");
        }
    }
}
