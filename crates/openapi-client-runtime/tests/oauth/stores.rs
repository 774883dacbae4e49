//! Stores that fail.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use openapi_client_runtime::{
    ErrorKind, MemoryStore, TokenSource, TokenStore, TokenStoreError, Tokens,
};

use crate::provider::Provider;
use crate::{builder, call, client, expired, oauth};

/// The type that methods of token stores return.
type BoxFuture<'a, T> = std::pin::Pin<Box<dyn Future<Output = T> + Send + 'a>>;

#[derive(Default)]
struct Failing {
    inner: MemoryStore,
    cannot_load: AtomicBool,
    cannot_save: AtomicBool,
    saves: AtomicU32,
}

impl Failing {
    fn holding(tokens: Tokens) -> Arc<Self> {
        Arc::new(Self {
            inner: MemoryStore::from(tokens),
            ..Self::default()
        })
    }
}

impl TokenStore for Failing {
    fn load(&self) -> BoxFuture<'_, Result<Option<Tokens>, TokenStoreError>> {
        if self.cannot_load.load(Ordering::SeqCst) {
            return Box::pin(async { Err(TokenStoreError::new("the disk is gone")) });
        }
        self.inner.load()
    }

    fn save<'a>(&'a self, tokens: &'a Tokens) -> BoxFuture<'a, Result<(), TokenStoreError>> {
        self.saves.fetch_add(1, Ordering::SeqCst);
        if self.cannot_save.load(Ordering::SeqCst) {
            return Box::pin(async { Err(TokenStoreError::new("the disk is full")) });
        }
        self.inner.save(tokens)
    }

    fn clear(&self) -> BoxFuture<'_, Result<(), TokenStoreError>> {
        self.inner.clear()
    }
}

#[tokio::test]
async fn tokens_that_were_not_saved_are_saved_with_the_next_call() {
    let provider = Provider::start().await;
    let store = Failing::holding(expired());
    store.cannot_save.store(true, Ordering::SeqCst);
    let session = oauth(&provider.url).session(Arc::clone(&store));
    let core = client(builder(&provider.url), session.clone());
    for _ in 0..2 {
        let error = call(&core).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Credential);
        assert!(
            error
                .to_string()
                .ends_with("cannot be written: the disk is full"),
            "{error}"
        );
    }
    assert_eq!(provider.asked(), 1, "the new tokens are still there");
    assert_eq!(provider.requests_to("/things").len(), 0);
    store.cannot_save.store(false, Ordering::SeqCst);
    call(&core).await.unwrap();
    assert_eq!(provider.asked(), 1);
    let kept = store.load().await.unwrap().unwrap();
    assert_eq!(kept.refresh_token().unwrap().expose(), "rt-1");
    call(&core).await.unwrap();
    assert_eq!(
        store.saves.load(Ordering::SeqCst),
        3,
        "what is saved is not saved again"
    );
}

#[tokio::test]
async fn a_store_that_cannot_be_read_is_asked_again() {
    let provider = Provider::start().await;
    let store = Failing::holding(expired());
    store.cannot_load.store(true, Ordering::SeqCst);
    let session = oauth(&provider.url).session(Arc::clone(&store));
    let failure = session.token().await.unwrap_err();
    assert_eq!(failure.kind(), ErrorKind::Credential);
    assert!(
        failure
            .to_string()
            .contains("cannot be read: the disk is gone"),
        "{failure}"
    );
    assert!(session.tokens().await.is_err());
    store.cannot_load.store(false, Ordering::SeqCst);
    assert_eq!(session.token().await.unwrap().secret().expose(), "at-1");
}

#[tokio::test]
async fn who_signs_in_while_the_store_fails_is_signed_in_all_the_same() {
    let provider = Provider::start().await;
    let store = Failing::holding(expired());
    store.cannot_save.store(true, Ordering::SeqCst);
    let session = oauth(&provider.url).session(Arc::clone(&store));
    assert!(session.sign_in(Tokens::new("new")).await.is_err());
    assert_eq!(session.tokens().await.unwrap(), Some(Tokens::new("new")));
    store.cannot_save.store(false, Ordering::SeqCst);
    assert_eq!(session.token().await.unwrap().secret().expose(), "new");
    assert_eq!(store.load().await.unwrap(), Some(Tokens::new("new")));
    assert!(provider.requests().is_empty());
}

/// A save that was begun first and ends last.
#[derive(Default)]
struct Slow {
    inner: MemoryStore,
    first: AtomicBool,
    release: tokio::sync::Notify,
}

impl TokenStore for Slow {
    fn load(&self) -> BoxFuture<'_, Result<Option<Tokens>, TokenStoreError>> {
        self.inner.load()
    }

    fn save<'a>(&'a self, tokens: &'a Tokens) -> BoxFuture<'a, Result<(), TokenStoreError>> {
        Box::pin(async move {
            if !self.first.swap(true, Ordering::SeqCst) {
                self.release.notified().await;
            }
            self.inner.save(tokens).await
        })
    }

    fn clear(&self) -> BoxFuture<'_, Result<(), TokenStoreError>> {
        self.inner.clear()
    }
}

#[tokio::test]
async fn a_save_that_ends_late_does_not_bring_old_tokens_back() {
    let provider = Provider::start().await;
    let store = Arc::new(Slow::default());
    let session = oauth(&provider.url).session(Arc::clone(&store));
    let first = tokio::spawn({
        let session = session.clone();
        async move { session.sign_in(Tokens::new("old")).await }
    });
    tokio::task::yield_now().await;
    session.sign_in(Tokens::new("new")).await.unwrap();
    store.release.notify_one();
    first.await.unwrap().unwrap();
    assert_eq!(store.load().await.unwrap(), Some(Tokens::new("new")));
}

#[cfg(feature = "token-file")]
#[tokio::test]
async fn a_session_outlives_the_program_in_a_file() {
    use openapi_client_runtime::FileStore;
    let provider = Provider::start().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokens.json");
    let session = oauth(&provider.url).session(FileStore::new(&path));
    session.sign_in(expired()).await.unwrap();
    call(&client(builder(&provider.url), session))
        .await
        .unwrap();
    let again = oauth(&provider.url).session(FileStore::new(&path));
    call(&client(builder(&provider.url), again)).await.unwrap();
    assert_eq!(provider.asked(), 1);
}

/// A store that takes its time to save.
struct Late(MemoryStore);

impl TokenStore for Late {
    fn load(&self) -> BoxFuture<'_, Result<Option<Tokens>, TokenStoreError>> {
        self.0.load()
    }

    fn save<'a>(&'a self, tokens: &'a Tokens) -> BoxFuture<'a, Result<(), TokenStoreError>> {
        Box::pin(async {
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            self.0.save(tokens).await
        })
    }

    fn clear(&self) -> BoxFuture<'_, Result<(), TokenStoreError>> {
        self.0.clear()
    }
}

#[tokio::test]
async fn a_session_that_was_overtaken_waits_for_the_tokens_of_the_other() {
    let provider = Provider::start().await;
    let store = Arc::new(Late(MemoryStore::from(expired())));
    provider.close_gate();
    let call_of = |_| {
        let session = oauth(&provider.url).session(Arc::clone(&store));
        let core = client(builder(&provider.url), session);
        tokio::spawn(async move { call(&core).await })
    };
    let calls = [0, 1].map(call_of);
    provider.until_asked(2).await;
    provider.open_gate();
    for ended in calls {
        ended.await.unwrap().unwrap();
    }
    assert_eq!(provider.asked(), 2);
}
