//! Recording, finding and deleting executions.

use std::fs;
use std::time::Duration;

use ulid::Ulid;

use super::{Home, begun, check_index, clear, ended, found, id, record, searching, write};
use crate::journal::{Begun, Ended, Filter, JournalError, RUNNING, Reader, State};
use crate::settings::JournalSettings;

#[tokio::test]
async fn an_execution_comes_back_as_it_was_written() {
    let home = Home::new();
    let journal = home.open();
    journal.begin(begun(1, "\n  print('é\0🎉')\n"));
    assert_eq!(record(&journal, 1).await.status, RUNNING);
    journal.end(ended(1, "failed", "a\0b\u{FFFD}\n"));
    let record = record(&journal, 1).await;
    assert_eq!((record.code.as_str(), record.output.as_str()), ("\n  print('é\0🎉')\n", "a\0b\u{FFFD}\n"));
    assert_eq!(record.started_at, begun(1, "").started_at);
    assert_eq!(
        (record.status.as_str(), record.exit_code, record.peak_memory_bytes),
        ("failed", Some(0), Some(9_437_184))
    );
    assert_eq!(
        (record.isolation.as_deref(), record.containment.as_deref(), record.network),
        (Some("none"), Some("subreaper"), Some(true))
    );
    let page = journal.page(Filter::default()).await.expect("a page");
    assert_eq!((page.items[0].first_line.as_str(), page.items[0].duration_ms), ("print('é\0🎉')", Some(4.5)));
    assert_eq!(journal.entry("nobody").await.expect("a journal"), None);
    clear(&journal).await.expect("cleared");
    check_index(&home.file());
}

#[tokio::test]
async fn long_texts_are_cut_and_marked() {
    let mut home = Home::new();
    home.settings.max_text_bytes = 5;
    home.settings.max_code_bytes = 5;
    let journal = home.open();
    journal.begin(begun(1, "ab🎉🎉"));
    journal.end(ended(1, "completed", "12345"));
    let record = record(&journal, 1).await;
    assert_eq!((record.code.as_str(), record.code_truncated), ("ab", true));
    assert_eq!((record.output.as_str(), record.output_truncated), ("12345", false));
    assert_eq!((record.error.as_str(), record.error_truncated), ("troub", true));
}

#[tokio::test]
async fn pages_go_back_in_time_to_the_end() {
    let home = Home::new();
    let journal = home.open();
    write(&journal, 0..5);
    let mut filter = Filter { limit: 2, ..Filter::default() };
    for expected in [vec![4, 3], vec![2, 1], vec![0]] {
        assert_eq!(found(&journal, filter.clone()).await, expected);
        filter.before = journal.page(filter.clone()).await.expect("a page").next;
    }
    assert_eq!(filter.before, None);
    assert_eq!(found(&journal, Filter { limit: 0, ..Filter::default() }).await, [4]);
    let mut exported = journal.export(Filter { limit: 1, ..Filter::default() });
    let mut ids = Vec::new();
    while let Some(batch) = exported.next().await.expect("a batch") {
        ids.extend(batch.into_iter().map(|record| record.id));
    }
    assert_eq!(ids, [4, 3, 2, 1, 0].map(id));
}

#[tokio::test]
async fn an_export_of_long_texts_comes_in_batches() {
    let home = Home::new();
    let journal = home.open();
    for number in 0..7 {
        journal.begin(begun(number, &"x".repeat(100 << 10)));
    }
    let mut exported = journal.export(Filter::default());
    let mut batches = Vec::new();
    while let Some(batch) = exported.next().await.expect("a batch") {
        batches.push(batch.len());
    }
    assert_eq!(batches, [3, 3, 1]);
}

#[tokio::test]
async fn filters_and_searches_find_what_they_say() {
    let home = Home::new();
    let journal = home.open();
    journal.begin(begun(1, "class DataFrame: pass"));
    journal.end(ended(1, "completed", "hello world ok🎉"));
    journal.begin(Begun { language: "node".to_owned(), ..begun(2, "x += 1 // NEAR(\"quoted\" AND") });
    let status = |status: &str| Filter { status: Some(status.to_owned()), ..Filter::default() };
    for (filter, expected) in [
        (status(RUNNING), vec![2]),
        (status("completed"), vec![1]),
        (Filter { language: Some("node".to_owned()), ..Filter::default() }, vec![2]),
        (Filter { origin: Some("https://elsewhere".to_owned()), ..Filter::default() }, vec![]),
        (Filter { language: Some("node".to_owned()), ..searching("hello") }, vec![]),
        (searching("HELLO wor"), vec![1]),
        (searching("data"), vec![1]),
        (searching("trouble"), vec![1]),
        (searching("hello near"), vec![]),
        (searching("🎉"), vec![1]),
        (searching("hello 🎉"), vec![1]),
        (searching("+= //"), vec![2]),
        (searching("NEAR("), vec![2]),
        (searching("\"quoted\""), vec![2]),
        (searching("  "), vec![2, 1]),
    ] {
        assert_eq!(found(&journal, filter.clone()).await, expected, "for {filter:?}");
    }
}

#[tokio::test]
async fn no_search_is_a_syntax_error() {
    let home = Home::new();
    let journal = home.open();
    write(&journal, 0..1);
    let long = "a ".repeat(5000);
    for q in [
        "\"", "*", "AND", "OR NOT", "NEAR(", "code:x", "^a", "-a", "{a b}: c", "a\0b", "''", "';--", "\u{200B}", "ⅷ ʰ",
        &long,
    ] {
        journal.page(searching(q)).await.unwrap_or_else(|error| panic!("{q:?}: {error}"));
    }
}

#[tokio::test]
async fn what_is_too_old_goes() {
    let mut home = Home::new();
    let journal = home.open();
    write(&journal, 0..3);
    journal.begin(Begun { id: Ulid::from_parts(1000, 0).to_string(), ..begun(0, "an old one that still runs") });
    let old = Ulid::from_parts(2000, 0).to_string();
    journal.begin(Begun { id: old.clone(), ..begun(0, "an old one") });
    journal.end(Ended { id: old, ..ended(0, "completed", "") });
    assert_eq!(journal.page(Filter::default()).await.expect("a page").items.len(), 5);
    home.settings.max_age = Duration::from_secs(24 * 60 * 60);
    journal.apply(&home.settings);
    let page = journal.page(Filter::default()).await.expect("a page");
    assert_eq!(page.items.len(), 4);
    assert_eq!(page.items[3].status, RUNNING);
    check_index(&home.file());
}

#[tokio::test]
async fn the_oldest_go_when_the_file_is_too_large() {
    let mut home = Home::new();
    let journal = home.open();
    for number in 0..400 {
        journal.begin(begun(number, &format!("value_{number} = {}", "word ".repeat(1000))));
        journal.end(ended(number, "completed", &format!("{number} {}", "line ".repeat(1000))));
    }
    assert_eq!(journal.page(Filter::default()).await.expect("a page").items.len(), 50);
    home.settings.max_bytes = 1 << 20;
    journal.apply(&home.settings);
    let kept = found(&journal, Filter { limit: 1000, ..Filter::default() }).await;
    assert!((20..200).contains(&kept.len()) && kept[0] == 399, "{kept:?}");
    journal.close().await;
    let size = fs::metadata(home.file()).expect("a file").len();
    assert!(size <= 1 << 20, "the file has {size} bytes");
    check_index(&home.file());
}

#[tokio::test]
async fn clearing_leaves_only_what_runs_and_nothing_readable() {
    let home = Home::new();
    let journal = home.open();
    write(&journal, 0..300);
    journal.begin(begun(500, "secretword = 1"));
    assert_eq!(clear(&journal).await.expect("cleared"), 300);
    assert_eq!(found(&journal, Filter::default()).await, [500]);
    assert_eq!(found(&journal, searching("printed")).await, [] as [u64; 0]);
    journal.end(ended(500, "completed", ""));
    assert_eq!(found(&journal, searching("secretword")).await, [500]);
    assert_eq!(clear(&journal).await.expect("cleared"), 1);
    check_index(&home.file());
    journal.close().await;
    let bytes = fs::read(home.file()).expect("a file");
    assert!(!bytes.windows(10).any(|window| window == b"secretword"), "it can still be read in the file");
}

/// Whether the journal's files hold the bytes.
fn is_readable(home: &Home, word: &str) -> bool {
    let folder = fs::read_dir(home.file().parent().expect("a folder")).expect("a folder");
    folder.into_iter().any(|file| {
        let bytes = fs::read(file.expect("a file").path()).expect("a file");
        bytes.windows(word.len()).any(|window| window == word.as_bytes())
    })
}

#[tokio::test]
async fn a_deleted_text_leaves_no_word_in_the_file() {
    let mut home = Home::new();
    let journal = home.open();
    write(&journal, 0..50);
    journal.begin(begun(100, "zebracode = 1"));
    journal.end(ended(100, "completed", "quokkaoutput"));
    let old = Ulid::from_parts(2000, 0).to_string();
    journal.begin(Begun { id: old.clone(), ..begun(0, "walrusold = 1") });
    journal.end(Ended { id: old, ..ended(0, "completed", "") });
    write(&journal, 200..250);
    assert_eq!(found(&journal, searching("zebracode quokkaoutput")).await, [100]);
    let (one, count) = journal.read(|reader| reader.select(&searching("zebracode"))).await.expect("a selection");
    assert_eq!((count, journal.delete(one).await.expect("deleted")), (1, 1));
    home.settings.max_age = Duration::from_secs(24 * 60 * 60);
    journal.apply(&home.settings);
    assert_eq!(found(&journal, searching("walrusold")).await, [] as [u64; 0]);
    assert_eq!(found(&journal, searching("249")).await, [249], "others are still found");
    check_index(&home.file());
    journal.close().await;
    for word in ["zebracode", "quokkaoutput", "walrusold"] {
        assert!(!is_readable(&home, word), "{word} can still be read");
    }
    assert!(is_readable(&home, "printed"), "the words of others are there");
}

#[tokio::test]
async fn what_was_counted_is_what_is_deleted() {
    let filters = [
        Filter { q: Some("number7 printed".into()), ..Filter::default() },
        Filter { status: Some("failed".into()), ..Filter::default() },
        Filter { language: Some("javascript".into()), ..Filter::default() },
        Filter { origin: Some("http://a.example".into()), ..Filter::default() },
        Filter { origin: Some("http://a.example".into()), q: Some("%".into()), ..Filter::default() },
    ];
    for filter in filters {
        let home = Home::new();
        let journal = home.open();
        write(&journal, 0..20);
        for (number, status) in (100..130).zip(["failed", "completed"].into_iter().cycle()) {
            journal.begin(Begun {
                origin: if number < 110 { "http://a.example" } else { "local" }.into(),
                language: if number < 112 { "javascript" } else { "python" }.into(),
                ..begun(number, &format!("number{} % 2", number % 10))
            });
            journal.end(ended(number, status, "printed"));
        }
        journal.begin(Begun { origin: "http://a.example".into(), ..begun(200, "number7 % 3") });
        let before = found(&journal, Filter { limit: 1000, ..filter.clone() }).await;
        let (selection, count) = journal
            .read({
                let filter = filter.clone();
                move |reader| reader.select(&filter)
            })
            .await
            .expect("a selection");
        assert!(count > 0 && count < 50, "{filter:?} selects {count}");
        // Executions that end or begin after the count was shown are not deleted.
        journal.end(ended(200, "failed", "printed"));
        journal.begin(Begun {
            origin: "http://a.example".into(),
            language: "javascript".into(),
            ..begun(201, "number7 % 4")
        });
        journal.end(ended(201, "failed", "printed"));
        assert_eq!(journal.delete(selection).await.expect("deleted"), count, "{filter:?}");
        let left = found(&journal, Filter { limit: 1000, ..Filter::default() }).await;
        assert_eq!(left.len() as u64, 52 - count, "{filter:?}");
        assert!(left.iter().all(|number| *number >= 200 || !before.contains(number)), "{filter:?} left {left:?}");
        check_index(&home.file());
    }
}

#[tokio::test]
async fn switched_off_it_keeps_nothing_and_can_be_switched_on() {
    let mut home = Home::new();
    home.settings.enabled = false;
    let (journal, _) = home.open_at(|state| *state == State::Disabled).await;
    write(&journal, 0..1);
    assert_eq!(clear(&journal).await.expect("cleared"), 0);
    assert!(!home.file().exists());
    home.settings.enabled = true;
    journal.apply(&home.settings);
    write(&journal, 1..2);
    assert_eq!(found(&journal, Filter::default()).await, [1]);
    let off = JournalSettings { enabled: false, ..home.settings.clone() };
    journal.apply(&off);
    assert!(matches!(journal.page(Filter::default()).await, Err(JournalError::Disabled)));
    journal.close().await;
}

#[tokio::test]
async fn a_closed_journal_takes_nothing_and_can_be_read() {
    let home = Home::new();
    let journal = home.open();
    write(&journal, 0..1);
    journal.close().await;
    journal.close().await;
    write(&journal, 1..2);
    assert_eq!(found(&journal, Filter::default()).await, [0]);
    assert!(matches!(clear(&journal).await, Err(JournalError::Closed)));
}

#[tokio::test]
async fn a_reader_notices_writes() {
    let home = Home::new();
    assert!(matches!(Reader::open(&home.file()), Err(JournalError::Missing(_))));
    let journal = home.open();
    write(&journal, 0..1);
    record(&journal, 0).await;
    let mut reader = Reader::open(&home.file()).expect("a reader");
    assert!(!reader.changed().expect("a version"));
    write(&journal, 1..2);
    record(&journal, 1).await;
    assert!(reader.changed().expect("a version") && !reader.changed().expect("a version"));
    assert_eq!(reader.page(&Filter::default()).expect("a page").items.len(), 2);
    let garbage = Home::with_file(&[7; 4096]);
    assert!(matches!(Reader::open(&garbage.file()), Err(JournalError::NotAJournal)));
}
