//! A small sample shop in a temporary folder, and an engine over it.

use std::num::NonZeroUsize;

use tempfile::TempDir;
use tributary::{
    clock::Clock,
    config::Config,
    engine::{Engine, Session},
    sample::{SampleOptions, write_sample},
};

pub(crate) struct SampleShop {
    engine: Engine,
    _folder: TempDir,
}

impl SampleShop {
    pub(crate) async fn open(scale: f64) -> Self {
        let folder = TempDir::new().unwrap();
        let shop = folder.path().join("shop");
        let options = SampleOptions {
            scale,
            seed: 1,
            threads: 2,
        };
        write_sample(&shop, &options, &|_| {}).unwrap();
        let config = Config {
            warehouse: Some(shop.to_str().unwrap().to_owned()),
            threads: NonZeroUsize::new(2),
            ..Config::default()
        };
        Self {
            engine: Engine::open(&config, Clock::System).await.unwrap(),
            _folder: folder,
        }
    }

    pub(crate) fn session(&self) -> Session {
        self.engine.session()
    }
}
