//! The sentences about updates.

runtray_engine::sentences! {
    NO_FEED = "update.no_feed": "this build does not know where new versions are: set `updates.feed` in the settings, or get them where you got this one";
    NO_KEY = "update.no_key": "this build has no key to check new versions with: set `updates.key` in the settings";
    BAD_KEY = "update.bad_key": "the key for updates is not a public key of minisign: correct `updates.key` in the settings";
    BAD_ADDRESS = "update.bad_address": "{address} is not the address of updates, which must begin with https:// (http:// only on this computer): correct `updates.feed` in the settings";
    SYSTEM = "update.system": "this Runtray was installed as a {kind}: the system's package manager updates it";
    UNKNOWN = "update.unknown": "this Runtray was not installed from a package, so it cannot update itself: build or unpack the new version as you did this one";
    PORTABLE = "update.portable": "a portable Runtray does not replace itself: quit it, and unpack the new zip file over this folder; settings and log stay";
    OTHER_HOST = "update.other_host": "{address} leads to {host}, which is not allowed for updates; if it should be, add the host to `updates.hosts` in the settings";
    NOT_ENCRYPTED = "update.not_encrypted": "{address} leads to an address that is not encrypted ({target}), so nothing was fetched";
    TOO_MANY_REDIRECTS = "update.too_many_redirects": "{address} leads from one address to the next without end";
    NO_ANSWER = "update.no_answer": "{host} does not answer; try again later";
    NOT_REACHED = "update.not_reached": "{host} cannot be reached: {cause}";
    STATUS = "update.status": "{address} answers with the status {status}; try again later";
    TOO_LARGE = "update.too_large": "the answer of {host} is larger than an update can be, so it was not read to its end";
    CUT_OFF = "update.cut_off": "the connection to {host} broke off; try again later";
    NOT_A_FEED = "update.not_a_feed": "the answer of {address} does not describe a new version: {cause}";
    NO_PACKAGE = "update.no_package": "version {version} does not exist for this kind of installation ({target})";
    BAD_SIGNATURE = "update.bad_signature": "the package of version {version} was not signed by Runtray's key and was deleted: {cause}";
    OTHER_PACKAGE = "update.other_package": "the package that was offered as version {version} for {target} was signed as another one ({signed}) and was deleted";
    RUNNING = "update.running": "another update is being installed; wait for its end";
    NOT_WRITTEN = "update.not_written": "{path} cannot be written: {cause}";
    FOREIGN_FILES = "update.foreign_files": "{folder} also has files that are not Runtray's ({files}): move them elsewhere, or unpack the new version by hand";
    BAD_ARCHIVE = "update.bad_archive": "the package of version {version} cannot be unpacked: {cause}";
    DOES_NOT_START = "update.does_not_start": "version {version} does not start on this machine, so nothing was changed: {cause}";
    SETUP_NOT_STARTED = "update.setup_not_started": "the installer of version {version} could not be started: {cause}";
}
