use tributary::warehouse::{journal::Journal, location::Location};

fn journal(folder: &tempfile::TempDir) -> Journal<Vec<u32>> {
    let folder = folder.path().to_str().unwrap();
    Journal::in_folder(Location::open(folder, &Default::default()).unwrap())
}

fn push(writer: u32) -> impl FnMut(&mut Vec<u32>) -> Option<()> {
    move |state| {
        state.push(writer);
        Some(())
    }
}

/// While it works its change out, so many others write that the state it read is removed, and the
/// number after that is free again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_writer_that_stalls_is_not_lost() {
    let folder = tempfile::tempdir().unwrap();
    journal(&folder).change(push(0)).await.unwrap();
    let mut is_stalled = true;
    let stalling = |state: &mut Vec<u32>| {
        if std::mem::take(&mut is_stalled) {
            let others = journal(&folder);
            let write = async {
                for writer in 1..=20 {
                    others.change(push(writer)).await.unwrap();
                }
            };
            let here = tokio::runtime::Handle::current();
            tokio::task::block_in_place(|| here.block_on(write));
        }
        state.push(21);
        Some(())
    };
    let changed = journal(&folder).change(stalling).await.unwrap();
    assert_eq!(changed, Some(()));
    let state = journal(&folder).read().await.unwrap();
    assert_eq!(state, Vec::from_iter(0..=21));
}
