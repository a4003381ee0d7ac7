-- A ledger of schema 4, which the build before schema 5 brought there from that of schema 3: jobs that finished, failed and
-- were cancelled, of which the last two gave up their artifacts, one that runs with a unit leased twice, and one of a backfill
-- that is to be planned. Its clock stood at 1002920.
PRAGMA user_version = 4;
BEGIN TRANSACTION;
CREATE TABLE backfill (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 64),
    state TEXT NOT NULL CHECK (state IN ('planned','running','paused','stopped','done')),
    reason TEXT,
    settings TEXT NOT NULL,
    share REAL NOT NULL CHECK (share > 0 AND share <= 1),
    -- The pass whose rows count, and the one that is being listed; 0 for none.
    pass INTEGER NOT NULL DEFAULT 0 CHECK (pass >= 0),
    draft INTEGER NOT NULL DEFAULT 0 CHECK (draft = 0 OR draft > pass),
    created_at INTEGER NOT NULL, changed_at INTEGER NOT NULL,
    -- Counts the changes of its state.
    generation INTEGER NOT NULL CHECK (generation > 0),
    event INTEGER NOT NULL
) STRICT;
INSERT INTO backfill VALUES(1,'c','running',NULL,'{"canary":0,"place":"","priority":0,"selection":"all","shareMaximum":1}',1.0,1,0,1002900,1002900,3,42);
CREATE TABLE backfill_profile (
    digest BLOB PRIMARY KEY CHECK (length(digest) = 32), text TEXT NOT NULL
) STRICT;
INSERT INTO backfill_profile VALUES(X'148de9c5a7a44d19e56cd9ae1a554bf67847afb0c58f6e12fa29ac7ddfca9940','{"damage":"salvage","name":"p","packaging":"cmaf","schema":1,"summary":""}');
CREATE TABLE backfill_row (
    backfill INTEGER NOT NULL REFERENCES backfill (number),
    pass INTEGER NOT NULL, position INTEGER NOT NULL CHECK (position >= 0),
    input TEXT NOT NULL, output TEXT NOT NULL, tenant TEXT NOT NULL,
    profile BLOB NOT NULL CHECK (length(profile) = 32), profile_name TEXT NOT NULL,
    key TEXT, metadata TEXT,
    state TEXT NOT NULL CHECK (state IN
        ('pending','running','done','skipped','failed','quarantined')),
    due INTEGER NOT NULL CHECK (due IN (0, 1)),
    code TEXT, reason TEXT,
    source BLOB CHECK (length(source) = 32),
    job TEXT REFERENCES job (id),
    admitted INTEGER NOT NULL CHECK (admitted BETWEEN 0 AND pass),
    ended INTEGER NOT NULL CHECK (ended BETWEEN 0 AND pass),
    PRIMARY KEY (backfill, pass, position),
    CHECK (state <> 'running' OR job IS NOT NULL AND due = 0),
    CHECK (state <> 'done' OR source IS NOT NULL),
    CHECK ((state IN ('skipped','failed','quarantined')) = (code IS NOT NULL)),
    CHECK (state IN ('pending','running') OR ended > 0),
    CHECK (state <> 'pending' OR due = 1)
) STRICT, WITHOUT ROWID;
INSERT INTO backfill_row VALUES(1,1,0,'/in/0','/out/0','default',X'148de9c5a7a44d19e56cd9ae1a554bf67847afb0c58f6e12fa29ac7ddfca9940','p',NULL,'{"title":"No. 0"}','pending',1,NULL,NULL,NULL,NULL,0,0);
INSERT INTO backfill_row VALUES(1,1,1,'/in/1','/out/1','default',X'148de9c5a7a44d19e56cd9ae1a554bf67847afb0c58f6e12fa29ac7ddfca9940','p',NULL,'{"title":"No. 1"}','pending',1,NULL,NULL,NULL,NULL,0,0);
INSERT INTO backfill_row VALUES(1,1,2,'/in/2','/out/2','default',X'148de9c5a7a44d19e56cd9ae1a554bf67847afb0c58f6e12fa29ac7ddfca9940','p',NULL,'{"title":"No. 2"}','pending',1,NULL,NULL,NULL,NULL,0,0);
CREATE TABLE breaker (
    key TEXT PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('open','closed')),
    generation INTEGER NOT NULL CHECK (generation > 0),
    failures INTEGER NOT NULL, retry_at INTEGER NOT NULL, reason TEXT NOT NULL,
    event INTEGER NOT NULL
) STRICT;
INSERT INTO breaker VALUES('store','closed',2,4,1004900,'it works again',52);
CREATE TABLE collected (
    job INTEGER PRIMARY KEY REFERENCES job (number),
    tenant TEXT NOT NULL, id TEXT NOT NULL,
    at INTEGER NOT NULL,
    note TEXT NOT NULL,
    event INTEGER NOT NULL
) STRICT;
INSERT INTO collected VALUES(2,'default','failed',1002900,'0 artifacts, 0 bytes',37);
INSERT INTO collected VALUES(3,'default','cancelled',1002900,'0 artifacts, 0 bytes',38);
CREATE TABLE completion (
    unit INTEGER PRIMARY KEY,
    epoch INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    bytes INTEGER NOT NULL CHECK (bytes >= 0),
    wall_seconds REAL NOT NULL, cpu_seconds REAL NOT NULL,
    peak_memory_bytes INTEGER NOT NULL,
    -- Pieces, warnings and stage times, where there are any.
    contents TEXT,
    committed_at INTEGER NOT NULL
) STRICT;
INSERT INTO completion VALUES(1048576,1,1,X'1bc04b5291c26a46d918139138b992d2de976d6851d0893b0476b85bfbdfc6e6',5,0.0,1.0,0,NULL,1000000);
INSERT INTO completion VALUES(1048577,1,1,X'60224672957819f5e1f5d292939676ae288bf61540cfef9ef6bb0179be70c8a8',10,0.0,1.0,0,NULL,1000700);
INSERT INTO completion VALUES(1048578,1,1,X'e3aa1460f88e52db3b9a34daa00224c55b2ffa30f60728df84e562681f1a7e80',10,0.0,1.0,0,NULL,1001400);
INSERT INTO completion VALUES(1048579,1,1,X'9af8cd19c6f81da17997b12f014e4ad9dc3583f2223ddd6e423a5d04e5b3ba05',10,0.0,1.0,0,NULL,1002100);
INSERT INTO completion VALUES(1048580,1,1,X'5d61af95838c6386be24b3028ca9bcc08bc16e38407846e2d07dbfe8d56855af',10,0.0,1.0,0,NULL,1002800);
INSERT INTO completion VALUES(2097152,1,1,X'1bc04b5291c26a46d918139138b992d2de976d6851d0893b0476b85bfbdfc6e6',5,0.0,1.0,0,NULL,1002800);
INSERT INTO completion VALUES(3145728,1,1,X'1bc04b5291c26a46d918139138b992d2de976d6851d0893b0476b85bfbdfc6e6',5,0.0,1.0,0,NULL,1002850);
INSERT INTO completion VALUES(4194304,1,1,X'1bc04b5291c26a46d918139138b992d2de976d6851d0893b0476b85bfbdfc6e6',5,0.0,1.0,0,NULL,1002900);
INSERT INTO completion VALUES(4194305,1,1,X'157bf688525ecc541500c18b62dbca9a013cf575a92b331659a1db2c51bd31a9',9,0.0,1.0,0,NULL,1002900);
CREATE TABLE condemned (
    sha256 BLOB NOT NULL CHECK (length(sha256) = 32),
    tenant TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    at INTEGER NOT NULL,
    -- When its bytes were gone for good.
    removed_at INTEGER CHECK (removed_at >= at),
    PRIMARY KEY (sha256, tenant)
) STRICT, WITHOUT ROWID;
CREATE TABLE event (
    sequence INTEGER PRIMARY KEY, at INTEGER NOT NULL,
    tenant TEXT, job TEXT, position INTEGER, kind TEXT NOT NULL,
    from_state TEXT, to_state TEXT NOT NULL, epoch INTEGER, attempt INTEGER, node TEXT,
    detail ANY,
    -- The event before it of the same unit, job, tenant or breaker; 0 for none.
    previous INTEGER NOT NULL,
    hash BLOB NOT NULL,
    CHECK (previous < sequence)
) STRICT;
INSERT INTO event VALUES(1,1000000,'default','finished',NULL,'job',NULL,'planning',NULL,NULL,NULL,'{"byteCount":1,"digest":"043a718774c572bd8a25adbeb1bfcd5c0256ae11cecf9f9c3f925d0e52beaf89","displayName":"a","locator":"/a","modificationMilliseconds":1}',0,X'7195905df385c55e61ad03334ded0b437c61e282317f2696a51f0b2a2cf57e76');
INSERT INTO event VALUES(2,1000000,'default','finished',0,'probe','ready','leased',1,1,'a',NULL,0,X'37c5a188254795a770ea4c4c38ac3edb44b377c6c95dfeb2029c95008ae8c592');
INSERT INTO event VALUES(3,1000000,'default','finished',0,'probe','leased','done',1,1,'a',X'1bc04b5291c26a46d918139138b992d2de976d6851d0893b0476b85bfbdfc6e6',2,X'0c385848899f62ca0f479e514d887860a7b3fda16600b4477b4c7e0bd18cb711');
INSERT INTO event VALUES(4,1000000,'default','finished',NULL,'job','planning','running',NULL,NULL,NULL,'4 units, sha256 da8aa8a436e2e74362f33db9d39a5a07361a3d848746a5ca435a0901b85eb5c8',1,X'd07bcde2142c1cbbdb751f578f0ce41c5259842c9366a986a03fd7c015b5526f');
INSERT INTO event VALUES(5,1000600,'default','finished',1,'encode','ready','leased',1,1,'a',NULL,0,X'b6620befbaf6b7a272e327977c2bcc5fb99999e7b01d3453bf81e20a4390013d');
INSERT INTO event VALUES(6,1000700,'default','finished',1,'encode','leased','done',1,1,'a',X'60224672957819f5e1f5d292939676ae288bf61540cfef9ef6bb0179be70c8a8',5,X'b786c688ee00deec639f4e1bc87812b4ac74df5d564f212de4e6db7bed5f8037');
INSERT INTO event VALUES(7,1001300,'default','finished',2,'encode','ready','leased',1,1,'a',NULL,0,X'fb71e11181b57587d962a8c1b70ababd9de5a15d2992ba2fa1764cbe96ffc3ca');
INSERT INTO event VALUES(8,1001400,'default','finished',2,'encode','leased','done',1,1,'a',X'e3aa1460f88e52db3b9a34daa00224c55b2ffa30f60728df84e562681f1a7e80',7,X'2f4c3ceeb1d045bb6b2da28b2708e5b46d44a5ede7695285c7255f2b6499b355');
INSERT INTO event VALUES(9,1001400,'default','finished',3,'stitch','blocked','ready',0,0,NULL,NULL,0,X'cc376cf0295ccb6d4970359558b8221071f40e9fff1a599f39f124fc1562d1a1');
INSERT INTO event VALUES(10,1002000,'default','finished',3,'stitch','ready','leased',1,1,'a',NULL,9,X'65047b080144ab466a843956582fca51b903876f9f587c34073165219d9f5098');
INSERT INTO event VALUES(11,1002100,'default','finished',3,'stitch','leased','done',1,1,'a',X'9af8cd19c6f81da17997b12f014e4ad9dc3583f2223ddd6e423a5d04e5b3ba05',10,X'dc6ae22569828dc12889d3eece6210be3ec4fb09343b1930dc4d662bcb086292');
INSERT INTO event VALUES(12,1002100,'default','finished',4,'publish','blocked','ready',0,0,NULL,NULL,0,X'a47f58cec1fba0ae5b887ae74ca3cfe5a6c476b953162f1abfa55915f39267b6');
INSERT INTO event VALUES(13,1002700,'default','finished',4,'publish','ready','leased',1,1,'a',NULL,12,X'ba2e14f3242290a140b59eea0d7722b9e0948e28e4bf1583a2c9dafff0ab7a8c');
INSERT INTO event VALUES(14,1002800,'default','finished',4,'publish','leased','done',1,1,'a',X'5d61af95838c6386be24b3028ca9bcc08bc16e38407846e2d07dbfe8d56855af',13,X'dfd28d55699b9dd1199af537b6e828285b2a86a8ef8a0df0641e10af62e4d5a7');
INSERT INTO event VALUES(15,1002800,'default','finished',NULL,'job','running','ready',NULL,NULL,NULL,NULL,4,X'60b9cd72d9eec206a87ac58610fa1838a5e9ce7a43c1ffe12501ba84644d3dbc');
INSERT INTO event VALUES(16,1002800,'default','failed',NULL,'job',NULL,'planning',NULL,NULL,NULL,'{"byteCount":1,"digest":"043a718774c572bd8a25adbeb1bfcd5c0256ae11cecf9f9c3f925d0e52beaf89","displayName":"a","locator":"/a","modificationMilliseconds":1}',0,X'e2b7c1ff32508bc4c78731cd93939b9877774a88e4e2ea287c055c1af472d3fc');
INSERT INTO event VALUES(17,1002800,'default','failed',0,'probe','ready','leased',1,1,'a',NULL,0,X'a2800425d6fb5f8d90e29d0d322f83983f9d66ff67bf6c0fd6b9b4c0b802135d');
INSERT INTO event VALUES(18,1002800,'default','failed',0,'probe','leased','done',1,1,'a',X'1bc04b5291c26a46d918139138b992d2de976d6851d0893b0476b85bfbdfc6e6',17,X'5b628da148e7a4a0b0560c55845e920cd607f3e60e9e8b8935aea14f28e6658b');
INSERT INTO event VALUES(19,1002800,'default','failed',NULL,'job','planning','running',NULL,NULL,NULL,'4 units, sha256 da8aa8a436e2e74362f33db9d39a5a07361a3d848746a5ca435a0901b85eb5c8',16,X'5fd6025f5f29d4c9133ed1fe9104530e3034c52f9bddca7e840be822d9a7165a');
INSERT INTO event VALUES(20,1002800,'default','failed',1,'encode','ready','leased',1,1,'a',NULL,0,X'0af5f5023a9a8d4205f3225901d61401b6f7eb57e9446d7efca65656ea97b3ef');
INSERT INTO event VALUES(21,1002800,'default','failed',1,'encode','leased','ready',2,1,'a','test',20,X'03d26b9d619684af90c84440e5bb1636a24d0136cc79a4ed5e821873e19dc2fc');
INSERT INTO event VALUES(22,1002850,'default','failed',1,'encode','ready','leased',3,2,'a',NULL,21,X'f78bbcdb9b58e657f2f32252c0e91d31ce003770fdf247fcfc9ff79bee1d29b3');
INSERT INTO event VALUES(23,1002850,'default','failed',1,'encode','leased','dead',4,2,'a','{"category":"permanent","code":"undecodable","message":"The pictures cannot be decoded."}',22,X'fd02961800774da9135cc3e63aa47004fbf6f00ae904fded1cdeb558c6228f85');
INSERT INTO event VALUES(24,1002850,'default','failed',2,'encode','ready','cancelled',0,0,NULL,'unit 1 failed',0,X'84e20d1c66723fcbffcdc1c142bbdc1a08eef381f64f78ecee8d24d5fd848375');
INSERT INTO event VALUES(25,1002850,'default','failed',3,'stitch','blocked','cancelled',0,0,NULL,'unit 1 failed',0,X'431842f419da048c5a26d5ad3d7b47e901073c3d839e884ea68771f91b0fd49d');
INSERT INTO event VALUES(26,1002850,'default','failed',4,'publish','blocked','cancelled',0,0,NULL,'unit 1 failed',0,X'7d6d493805257cfb891c5a01ab2ded57bd397ffcdd82ef82c5db36651b7ece84');
INSERT INTO event VALUES(27,1002850,'default','failed',NULL,'job','running','failed',NULL,NULL,NULL,'{"category":"permanent","code":"undecodable","message":"The pictures cannot be decoded."}',19,X'2e88cdd391b412e3afb34cf01168e1c2c36efb60ea89552f6394b5e35474b287');
INSERT INTO event VALUES(28,1002850,'default','cancelled',NULL,'job',NULL,'planning',NULL,NULL,NULL,'{"byteCount":1,"digest":"043a718774c572bd8a25adbeb1bfcd5c0256ae11cecf9f9c3f925d0e52beaf89","displayName":"a","locator":"/a","modificationMilliseconds":1}',0,X'fe1e941e22b73456c920c498991ca6bba8c65fe4da60dac9296b33aecc873b5a');
INSERT INTO event VALUES(29,1002850,'default','cancelled',0,'probe','ready','leased',1,1,'a',NULL,0,X'537d982d6e8510b9512a81e99c681d7c53c4d5077ffae8127d3514f2386626d1');
INSERT INTO event VALUES(30,1002850,'default','cancelled',0,'probe','leased','done',1,1,'a',X'1bc04b5291c26a46d918139138b992d2de976d6851d0893b0476b85bfbdfc6e6',29,X'c2a0894919bfbac73fe2c616671d959dd5684bbfc59d94267e7aeda837825e97');
INSERT INTO event VALUES(31,1002850,'default','cancelled',NULL,'job','planning','running',NULL,NULL,NULL,'4 units, sha256 da8aa8a436e2e74362f33db9d39a5a07361a3d848746a5ca435a0901b85eb5c8',28,X'e106065301d708b080a21e5a87c8ea006893a896eaedb25dbcddd00b1fe7c180');
INSERT INTO event VALUES(32,1002850,'default','cancelled',1,'encode','ready','cancelled',0,0,NULL,'enough',0,X'0eac5f60ca423622b756d8f48a520a273b97ae4fd3e15ead6351511c6e2ec7e0');
INSERT INTO event VALUES(33,1002850,'default','cancelled',2,'encode','ready','cancelled',0,0,NULL,'enough',0,X'33d521191db7269ac695ed06b8e01b5d0b6c81e3e762445d1819f3b609eac85f');
INSERT INTO event VALUES(34,1002850,'default','cancelled',3,'stitch','blocked','cancelled',0,0,NULL,'enough',0,X'fc58a59da2e262b37de4636ed9b3d3a2ef469088bed15f44b6a781cb3a2d19d4');
INSERT INTO event VALUES(35,1002850,'default','cancelled',4,'publish','blocked','cancelled',0,0,NULL,'enough',0,X'9c5a1c0259b3d3e54dcdfb739388a7fd4b452d5994af51199f1c795f83177eab');
INSERT INTO event VALUES(36,1002850,'default','cancelled',NULL,'job','running','cancelled',NULL,NULL,NULL,'enough',31,X'606ce39eec7aee61dc3b217c3566539f9aa08a3a5d54e495b700405f47c022e2');
INSERT INTO event VALUES(37,1002900,'default','failed',NULL,'artifacts',NULL,'collected',NULL,NULL,NULL,'0 artifacts, 0 bytes',0,X'4162efaa9a6490f9cda390fa9b92d4b303195eadb7857a5daf9512b728ca8f0e');
INSERT INTO event VALUES(38,1002900,'default','cancelled',NULL,'artifacts',NULL,'collected',NULL,NULL,NULL,'0 artifacts, 0 bytes',0,X'90cc8c80e1fae5b4c02681a2182debd20dc343e08150afd07717803f47b92947');
INSERT INTO event VALUES(39,1002900,'default',NULL,NULL,'tenant',NULL,'set',NULL,NULL,NULL,'weight 2.0, cap 8',0,X'ce05af0bb59a5de2b4e5b38cc0fd545477b8912c15cb426bab294a4f2a8865cf');
INSERT INTO event VALUES(40,1002900,NULL,NULL,NULL,'backfill',NULL,'planned',NULL,NULL,NULL,'c',0,X'd788f40b701a9226125ada4f86eb5da1fed81dd24b23023346c2244e5af69842');
INSERT INTO event VALUES(41,1002900,NULL,NULL,NULL,'backfill','planned','planned',NULL,NULL,NULL,'c',40,X'a4f7528fce6dc64603ff4ed22bba9c21a4571c449f73d3e189ef2c983a3ab193');
INSERT INTO event VALUES(42,1002900,NULL,NULL,NULL,'backfill','planned','running',NULL,NULL,NULL,'c',41,X'4dbbe491cd6bba12b857ba8a0908422c261f75929afe7cbe989dc46d84cea10b');
INSERT INTO event VALUES(43,1002900,'default','running',NULL,'job',NULL,'planning',NULL,NULL,NULL,'{"byteCount":1,"digest":"043a718774c572bd8a25adbeb1bfcd5c0256ae11cecf9f9c3f925d0e52beaf89","displayName":"a","locator":"/a","modificationMilliseconds":1}',0,X'094f2fda8db82f6572fe2f2feff80712d3216c8d16fd3efac6500f4310cc73db');
INSERT INTO event VALUES(44,1002900,'default','running',0,'probe','ready','leased',1,1,'a',NULL,0,X'11d589ecd5db4b3b442c2012ebb20cca983722dae479b7f2619c4443f3483cd9');
INSERT INTO event VALUES(45,1002900,'default','running',0,'probe','leased','done',1,1,'a',X'1bc04b5291c26a46d918139138b992d2de976d6851d0893b0476b85bfbdfc6e6',44,X'0bddb6c8ce037184f5f7f6f0ecafed56a6567c74bdc822c461ff612eb307a287');
INSERT INTO event VALUES(46,1002900,'default','running',NULL,'job','planning','running',NULL,NULL,NULL,'5 units, sha256 d1eedafdbcb22a3d6901f94e098b9078f32716293b7c1d80ce34465b4799de79',43,X'e3e5bd040c0e6fb5dad6eecf8a416f97d1bfa77bae92913bbd49dc4c3ec3aa90');
INSERT INTO event VALUES(47,1002900,'default','running',1,'encode','ready','leased',1,1,'a',NULL,0,X'5cab91e36ef1366b88cbb14f87febdbea49119fcdd3a427570ea5dfa6f22430b');
INSERT INTO event VALUES(48,1002900,'default','running',1,'encode','leased','done',1,1,'a',X'157bf688525ecc541500c18b62dbca9a013cf575a92b331659a1db2c51bd31a9',47,X'4130dd8e539dd7b2d319a328e42d0568d11730b8e189785aa0b5bed05925cbe8');
INSERT INTO event VALUES(49,1002900,'default','running',2,'encode','ready','leased',1,1,'a',NULL,0,X'efbc90a0b604c3dd21f7cfdaef6433ec88582123201986397edf3ceb94a0b461');
INSERT INTO event VALUES(50,1002900,'default','running',2,'encode','leased','leased',1,2,'b','slow',49,X'fa1d0fc73fd97bd3ed1367b7b5134d6dd4e0f6c00d6cfe00d0d6e646dffd33c0');
INSERT INTO event VALUES(51,1002900,NULL,NULL,NULL,'breaker',NULL,'open',NULL,NULL,NULL,'store: no',0,X'26a267b6ad156ff0bc8ce0ae3b76ad262795d12daee6ecba70dcd54ce46977f3');
INSERT INTO event VALUES(52,1002900,NULL,NULL,NULL,'breaker','open','closed',NULL,NULL,NULL,'store: it works again',51,X'375b13b0f8c9fb177bc7756e7377322dd0685bd2ecaa75ac5dd3727a97f7968b');
INSERT INTO event VALUES(53,1002900,'default','planning',NULL,'job',NULL,'planning',NULL,NULL,NULL,'{"byteCount":1,"digest":"043a718774c572bd8a25adbeb1bfcd5c0256ae11cecf9f9c3f925d0e52beaf89","displayName":"a","locator":"/a","modificationMilliseconds":1}',0,X'63244048ca724c43fe7f921caef9917b65c3a68fb039d871370d1f0a18220013');
CREATE TABLE gate (
    id INTEGER PRIMARY KEY,
    left INTEGER NOT NULL CHECK (left >= 0),
    opened INTEGER NOT NULL DEFAULT 0 CHECK (opened = 0 OR opened = 1 AND left = 0)
) STRICT;
INSERT INTO gate VALUES(1048576,0,1);
INSERT INTO gate VALUES(1048577,0,1);
INSERT INTO gate VALUES(2097152,2,0);
INSERT INTO gate VALUES(2097153,1,0);
INSERT INTO gate VALUES(3145728,2,0);
INSERT INTO gate VALUES(3145729,1,0);
INSERT INTO gate VALUES(4194304,2,0);
INSERT INTO gate VALUES(4194305,1,0);
CREATE TABLE gate_unit (
    gate INTEGER NOT NULL, unit INTEGER NOT NULL,
    PRIMARY KEY (gate, unit),
    CHECK (gate >> 20 = unit >> 20)
) STRICT, WITHOUT ROWID;
INSERT INTO gate_unit VALUES(1048576,1048579);
INSERT INTO gate_unit VALUES(1048577,1048580);
INSERT INTO gate_unit VALUES(2097152,2097155);
INSERT INTO gate_unit VALUES(2097153,2097156);
INSERT INTO gate_unit VALUES(3145728,3145731);
INSERT INTO gate_unit VALUES(3145729,3145732);
INSERT INTO gate_unit VALUES(4194304,4194308);
INSERT INTO gate_unit VALUES(4194305,4194309);
CREATE TABLE job (
    number INTEGER PRIMARY KEY CHECK (number BETWEEN 1 AND 8796093022207),
    tenant TEXT NOT NULL REFERENCES tenant (name),
    id TEXT NOT NULL UNIQUE,
    key TEXT,
    content BLOB NOT NULL CHECK (length(content) = 32),
    state TEXT NOT NULL CHECK (state IN ('planning','running','ready','failed','cancelled')),
    superseded INTEGER NOT NULL DEFAULT 0 CHECK (superseded IN (0, 1)),
    profile_digest BLOB NOT NULL CHECK (length(profile_digest) = 32),
    codec TEXT NOT NULL,
    class TEXT NOT NULL CHECK (class IN ('live','backfill')),
    priority INTEGER NOT NULL,
    attempts_max INTEGER NOT NULL CHECK (attempts_max > 0),
    created_at INTEGER NOT NULL, finished_at INTEGER,
    failure TEXT, failed_position INTEGER,
    -- What the newest event says beside the state.
    reason TEXT,
    units_total INTEGER NOT NULL DEFAULT 1 CHECK (units_total > 0),
    event INTEGER NOT NULL,
    destination TEXT NOT NULL, source TEXT NOT NULL, profile TEXT NOT NULL,
    CHECK ((state = 'failed') = (failure IS NOT NULL)),
    CHECK ((state = 'failed') = (failed_position IS NOT NULL)),
    CHECK ((state IN ('ready','failed','cancelled')) = (finished_at IS NOT NULL))
) STRICT;
INSERT INTO job VALUES(1,'default','finished',NULL,X'05343e9845302eb730fa9d18ac7b28d5e509893daf1eb76ede8d6e82d47b2da9','ready',0,X'148de9c5a7a44d19e56cd9ae1a554bf67847afb0c58f6e12fa29ac7ddfca9940','','live',0,3,1000000,1002800,NULL,NULL,NULL,5,15,'/o','{"byteCount":1,"digest":"043a718774c572bd8a25adbeb1bfcd5c0256ae11cecf9f9c3f925d0e52beaf89","displayName":"a","locator":"/a","modificationMilliseconds":1}','{"damage":"salvage","name":"p","packaging":"cmaf","schema":1,"summary":""}');
INSERT INTO job VALUES(2,'default','failed',NULL,X'5d28a90f4498a81461efbaf6f628a19d9778390bb5c81a393dd936181cc3d826','failed',0,X'148de9c5a7a44d19e56cd9ae1a554bf67847afb0c58f6e12fa29ac7ddfca9940','','live',0,3,1002800,1002850,'{"category":"permanent","code":"undecodable","message":"The pictures cannot be decoded."}',1,'{"category":"permanent","code":"undecodable","message":"The pictures cannot be decoded."}',5,27,'/o','{"byteCount":1,"digest":"043a718774c572bd8a25adbeb1bfcd5c0256ae11cecf9f9c3f925d0e52beaf89","displayName":"a","locator":"/a","modificationMilliseconds":1}','{"damage":"salvage","name":"p","packaging":"cmaf","schema":1,"summary":""}');
INSERT INTO job VALUES(3,'default','cancelled',NULL,X'8b47045eb7b8ca42aa967f33ee1d014ba89f8d1ac207426b482d34b5c0d90935','cancelled',0,X'148de9c5a7a44d19e56cd9ae1a554bf67847afb0c58f6e12fa29ac7ddfca9940','','live',0,3,1002850,1002850,NULL,NULL,'enough',5,36,'/o','{"byteCount":1,"digest":"043a718774c572bd8a25adbeb1bfcd5c0256ae11cecf9f9c3f925d0e52beaf89","displayName":"a","locator":"/a","modificationMilliseconds":1}','{"damage":"salvage","name":"p","packaging":"cmaf","schema":1,"summary":""}');
INSERT INTO job VALUES(4,'default','running',NULL,X'c071cf5f5ed6f884cc70155b6f05f755fd46a302d05e4261b7e92ce878bbfed8','running',0,X'148de9c5a7a44d19e56cd9ae1a554bf67847afb0c58f6e12fa29ac7ddfca9940','','live',0,3,1002900,NULL,NULL,NULL,'5 units, sha256 d1eedafdbcb22a3d6901f94e098b9078f32716293b7c1d80ce34465b4799de79',6,46,'/o','{"byteCount":1,"digest":"043a718774c572bd8a25adbeb1bfcd5c0256ae11cecf9f9c3f925d0e52beaf89","displayName":"a","locator":"/a","modificationMilliseconds":1}','{"damage":"salvage","name":"p","packaging":"cmaf","schema":1,"summary":""}');
INSERT INTO job VALUES(5,'default','planning',NULL,X'423614833cbdcee4c5d05f43520d155207e5f272fddb7225ada6caf7d6904dc2','planning',0,X'148de9c5a7a44d19e56cd9ae1a554bf67847afb0c58f6e12fa29ac7ddfca9940','','backfill',0,3,1002900,NULL,NULL,NULL,NULL,1,53,'/o','{"byteCount":1,"digest":"043a718774c572bd8a25adbeb1bfcd5c0256ae11cecf9f9c3f925d0e52beaf89","displayName":"a","locator":"/a","modificationMilliseconds":1}','{"damage":"salvage","name":"p","packaging":"cmaf","schema":1,"summary":""}');
CREATE TABLE job_terms (
    job INTEGER PRIMARY KEY REFERENCES job (number),
    backfill INTEGER REFERENCES backfill (number),
    -- The digest of the receipt of an output that it may take the place of.
    replaces BLOB CHECK (length(replaces) = 32),
    -- No unit is leased from then on.
    leasable_until INTEGER
) STRICT;
INSERT INTO job_terms VALUES(5,1,NULL,NULL);
CREATE TABLE ledger_head (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    sequence INTEGER NOT NULL, at INTEGER NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    -- Of the system, in start-time fair queueing.
    virtual_time REAL NOT NULL
) STRICT;
INSERT INTO ledger_head VALUES(1,53,1002900,X'63244048ca724c43fe7f921caef9917b65c3a68fb039d871370d1f0a18220013',10.499999999999999999);
CREATE TABLE node (
    id TEXT PRIMARY KEY, host TEXT NOT NULL, boot_id TEXT NOT NULL,
    process_id INTEGER NOT NULL, process_start TEXT NOT NULL, workers INTEGER NOT NULL,
    started_at INTEGER NOT NULL, retired_at INTEGER
) STRICT;
INSERT INTO node VALUES('a','h','b',1,'1',2,1000000,NULL);
INSERT INTO node VALUES('b','h','b',1,'1',2,1000000,NULL);
CREATE TABLE plan (
    job INTEGER PRIMARY KEY REFERENCES job (number), text TEXT NOT NULL
) STRICT;
INSERT INTO "plan" VALUES(1,'{"audio":[],"chapters":[],"damage":[],"packaging":"cmaf","profile":{"damage":"salvage","name":"p","packaging":"cmaf","schema":1,"summary":""},"source":"043a718774c572bd8a25adbeb1bfcd5c0256ae11cecf9f9c3f925d0e52beaf89","text":[],"units":[{"content":"bb82030dbc2bcaba32a90bf2e207a84a856fc5f033b77c480836ab6f77f40f19","dependencies":[],"estimate":{"cpuSeconds":1,"memoryBytes":1,"outputBytes":1},"position":1,"work":{"encode":{"chunk":0,"renditions":["v"]}}},{"content":"6ca202c88e549dff68c09bfafbfc60b2fac074debc1e6777e9ba4b6c703ed114","dependencies":[],"estimate":{"cpuSeconds":1,"memoryBytes":1,"outputBytes":1},"position":2,"work":{"encode":{"chunk":1,"renditions":["v"]}}},{"content":"011e39efe22590f4a339ad19cd180f4d855e32feba602d1ec8e154780838c99c","dependencies":[1,2],"estimate":{"cpuSeconds":1,"memoryBytes":1,"outputBytes":1},"position":3,"work":{"stitch":{"rendition":"v"}}},{"content":"e9c981a479986215bab0bf6c32efefa14852534b138c3509d8369edd510363da","dependencies":[3],"estimate":{"cpuSeconds":1,"memoryBytes":1,"outputBytes":1},"position":4,"work":{"publish":{}}}],"version":2,"warnings":[]}');
INSERT INTO "plan" VALUES(2,'{"audio":[],"chapters":[],"damage":[],"packaging":"cmaf","profile":{"damage":"salvage","name":"p","packaging":"cmaf","schema":1,"summary":""},"source":"043a718774c572bd8a25adbeb1bfcd5c0256ae11cecf9f9c3f925d0e52beaf89","text":[],"units":[{"content":"bb82030dbc2bcaba32a90bf2e207a84a856fc5f033b77c480836ab6f77f40f19","dependencies":[],"estimate":{"cpuSeconds":1,"memoryBytes":1,"outputBytes":1},"position":1,"work":{"encode":{"chunk":0,"renditions":["v"]}}},{"content":"6ca202c88e549dff68c09bfafbfc60b2fac074debc1e6777e9ba4b6c703ed114","dependencies":[],"estimate":{"cpuSeconds":1,"memoryBytes":1,"outputBytes":1},"position":2,"work":{"encode":{"chunk":1,"renditions":["v"]}}},{"content":"011e39efe22590f4a339ad19cd180f4d855e32feba602d1ec8e154780838c99c","dependencies":[1,2],"estimate":{"cpuSeconds":1,"memoryBytes":1,"outputBytes":1},"position":3,"work":{"stitch":{"rendition":"v"}}},{"content":"e9c981a479986215bab0bf6c32efefa14852534b138c3509d8369edd510363da","dependencies":[3],"estimate":{"cpuSeconds":1,"memoryBytes":1,"outputBytes":1},"position":4,"work":{"publish":{}}}],"version":2,"warnings":[]}');
INSERT INTO "plan" VALUES(3,'{"audio":[],"chapters":[],"damage":[],"packaging":"cmaf","profile":{"damage":"salvage","name":"p","packaging":"cmaf","schema":1,"summary":""},"source":"043a718774c572bd8a25adbeb1bfcd5c0256ae11cecf9f9c3f925d0e52beaf89","text":[],"units":[{"content":"bb82030dbc2bcaba32a90bf2e207a84a856fc5f033b77c480836ab6f77f40f19","dependencies":[],"estimate":{"cpuSeconds":1,"memoryBytes":1,"outputBytes":1},"position":1,"work":{"encode":{"chunk":0,"renditions":["v"]}}},{"content":"6ca202c88e549dff68c09bfafbfc60b2fac074debc1e6777e9ba4b6c703ed114","dependencies":[],"estimate":{"cpuSeconds":1,"memoryBytes":1,"outputBytes":1},"position":2,"work":{"encode":{"chunk":1,"renditions":["v"]}}},{"content":"011e39efe22590f4a339ad19cd180f4d855e32feba602d1ec8e154780838c99c","dependencies":[1,2],"estimate":{"cpuSeconds":1,"memoryBytes":1,"outputBytes":1},"position":3,"work":{"stitch":{"rendition":"v"}}},{"content":"e9c981a479986215bab0bf6c32efefa14852534b138c3509d8369edd510363da","dependencies":[3],"estimate":{"cpuSeconds":1,"memoryBytes":1,"outputBytes":1},"position":4,"work":{"publish":{}}}],"version":2,"warnings":[]}');
INSERT INTO "plan" VALUES(4,'{"audio":[],"chapters":[],"damage":[],"packaging":"cmaf","profile":{"damage":"salvage","name":"p","packaging":"cmaf","schema":1,"summary":""},"source":"043a718774c572bd8a25adbeb1bfcd5c0256ae11cecf9f9c3f925d0e52beaf89","text":[],"units":[{"content":"bb82030dbc2bcaba32a90bf2e207a84a856fc5f033b77c480836ab6f77f40f19","dependencies":[],"estimate":{"cpuSeconds":1,"memoryBytes":1,"outputBytes":1},"position":1,"work":{"encode":{"chunk":0,"renditions":["v"]}}},{"content":"6ca202c88e549dff68c09bfafbfc60b2fac074debc1e6777e9ba4b6c703ed114","dependencies":[],"estimate":{"cpuSeconds":1,"memoryBytes":1,"outputBytes":1},"position":2,"work":{"encode":{"chunk":1,"renditions":["v"]}}},{"content":"011e39efe22590f4a339ad19cd180f4d855e32feba602d1ec8e154780838c99c","dependencies":[],"estimate":{"cpuSeconds":1,"memoryBytes":1,"outputBytes":1},"position":3,"work":{"encode":{"chunk":2,"renditions":["v"]}}},{"content":"e9c981a479986215bab0bf6c32efefa14852534b138c3509d8369edd510363da","dependencies":[1,2,3],"estimate":{"cpuSeconds":1,"memoryBytes":1,"outputBytes":1},"position":4,"work":{"stitch":{"rendition":"v"}}},{"content":"5850a03e801ffb108da1160e3373979443004b9e670addf33000dca9045fa413","dependencies":[4],"estimate":{"cpuSeconds":1,"memoryBytes":1,"outputBytes":1},"position":5,"work":{"publish":{}}}],"version":2,"warnings":[]}');
CREATE TABLE slot (
    tenant INTEGER NOT NULL, slot INTEGER NOT NULL CHECK (slot > 0), unit INTEGER NOT NULL,
    PRIMARY KEY (tenant, slot)
) STRICT, WITHOUT ROWID;
INSERT INTO slot VALUES(1,1,4194306);
INSERT INTO slot VALUES(1,2,4194306);
CREATE TABLE tenant (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 64),
    weight REAL NOT NULL DEFAULT 1 CHECK (weight > 0),
    cap INTEGER CHECK (cap > 0),
    virtual_time REAL NOT NULL DEFAULT 0 CHECK (virtual_time >= 0),
    -- The weight and the cap, as the newest event has them.
    setting TEXT,
    event INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO tenant VALUES(1,'default',2.0,8,11.0,'weight 2.0, cap 8',39);
CREATE TABLE work_unit (
    id INTEGER PRIMARY KEY CHECK (id > 0),
    -- The gate that its completion counts down.
    feeds INTEGER,
    state TEXT NOT NULL,
    -- Gates that it waits for.
    unmet INTEGER NOT NULL CHECK (unmet >= 0),
    run_at INTEGER NOT NULL,
    -- Ready, but not before run_at: kept out of the index of what is ready until it is due.
    delayed INTEGER NOT NULL DEFAULT 0,
    attempt INTEGER NOT NULL DEFAULT 0,
    attempts_max INTEGER NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 0,
    holder INTEGER, node TEXT, lease_until INTEGER, slot INTEGER,
    rival INTEGER, rival_node TEXT, rival_until INTEGER, rival_slot INTEGER,
    progress INTEGER NOT NULL DEFAULT 0,
    crashes INTEGER NOT NULL DEFAULT 0,
    split INTEGER NOT NULL DEFAULT 0,
    started_at INTEGER, finished_at INTEGER,
    -- The newest event of this unit, which names the one before it: history by unit without an index.
    event INTEGER NOT NULL DEFAULT 0,
    -- What that event says beside the states.
    reason TEXT,
    failure TEXT, note TEXT,
    tenant TEXT NOT NULL, job TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind = 'encode' OR kind = 'audio' OR kind = 'images'
        OR kind = 'text' OR kind = 'stitch' OR kind = 'package' OR kind = 'verify' OR kind = 'publish'
        OR kind = 'probe' OR kind = 'preview'),
    -- The tenant's number and the class of the job: twice the number, and 1 for backfill.
    queue INTEGER NOT NULL,
    -- 1 goes before all others of the queue and the priority.
    urgent INTEGER NOT NULL DEFAULT 0 CHECK (urgent = 0 OR urgent = 1),
    priority INTEGER NOT NULL, created_at INTEGER NOT NULL,
    critical_seconds REAL NOT NULL,
    cpu_seconds REAL NOT NULL, memory_bytes INTEGER NOT NULL, output_bytes INTEGER NOT NULL,
    -- Gates that it waited for when it was planned.
    fan_in INTEGER NOT NULL CHECK (fan_in >= 0),
    content BLOB NOT NULL,
    -- Its first six bytes, as a number.
    content_key INTEGER NOT NULL,
    work TEXT CHECK ((work IS NULL) = (kind = 'probe'))
) STRICT;
INSERT INTO work_unit VALUES(1048576,NULL,'done',0,1000000,0,1,3,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,1000000,1000000,3,NULL,NULL,NULL,'default','finished','probe',2,0,0,1000000,1.0,1.0,1,1,0,X'ba9c736f19e7f60b7f6764adb0b7908c0a2b394e09b6c09863528c7f2bc86095',205181114325479,NULL);
INSERT INTO work_unit VALUES(1048577,1048576,'done',0,1000000,0,1,3,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,1000600,1000700,6,NULL,NULL,NULL,'default','finished','encode',2,0,0,1000000,9.0,1.0,1,1,0,X'bb82030dbc2bcaba32a90bf2e207a84a856fc5f033b77c480836ab6f77f40f19',206167071374379,'{"encode":{"chunk":0,"renditions":["v"]}}');
INSERT INTO work_unit VALUES(1048578,1048576,'done',0,1000000,0,1,3,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,1001300,1001400,8,NULL,NULL,NULL,'default','finished','encode',2,0,0,1000000,8.0,1.0,1,1,0,X'6ca202c88e549dff68c09bfafbfc60b2fac074debc1e6777e9ba4b6c703ed114',119443087199828,'{"encode":{"chunk":1,"renditions":["v"]}}');
INSERT INTO work_unit VALUES(1048579,1048577,'done',0,1001400,0,1,3,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,1002000,1002100,11,NULL,NULL,NULL,'default','finished','stitch',2,0,0,1000000,7.0,1.0,1,1,1,X'011e39efe22590f4a339ad19cd180f4d855e32feba602d1ec8e154780838c99c',1229332668965,'{"stitch":{"rendition":"v"}}');
INSERT INTO work_unit VALUES(1048580,NULL,'done',0,1002100,0,1,3,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,1002700,1002800,14,NULL,NULL,NULL,'default','finished','publish',2,0,0,1000000,6.0,1.0,1,1,1,X'e9c981a479986215bab0bf6c32efefa14852534b138c3509d8369edd510363da',257051672738200,'{"publish":{}}');
INSERT INTO work_unit VALUES(2097152,NULL,'done',0,1002800,0,1,3,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,1002800,1002800,18,NULL,NULL,NULL,'default','failed','probe',2,0,0,1002800,1.0,1.0,1,1,0,X'ba9c736f19e7f60b7f6764adb0b7908c0a2b394e09b6c09863528c7f2bc86095',205181114325479,NULL);
INSERT INTO work_unit VALUES(2097153,2097152,'dead',0,1002810,0,2,3,4,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,1,0,1002850,1002850,23,'{"category":"permanent","code":"undecodable","message":"The pictures cannot be decoded."}','{"category":"permanent","code":"undecodable","message":"The pictures cannot be decoded."}','{"category":"permanent","code":"undecodable","message":"The pictures cannot be decoded."}','default','failed','encode',2,0,0,1002800,9.0,1.0,1,1,0,X'bb82030dbc2bcaba32a90bf2e207a84a856fc5f033b77c480836ab6f77f40f19',206167071374379,'{"encode":{"chunk":0,"renditions":["v"]}}');
INSERT INTO work_unit VALUES(2097154,2097152,'cancelled',0,1002800,0,0,3,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,NULL,1002850,24,'unit 1 failed',NULL,'unit 1 failed','default','failed','encode',2,0,0,1002800,8.0,1.0,1,1,0,X'6ca202c88e549dff68c09bfafbfc60b2fac074debc1e6777e9ba4b6c703ed114',119443087199828,'{"encode":{"chunk":1,"renditions":["v"]}}');
INSERT INTO work_unit VALUES(2097155,2097153,'cancelled',1,1002800,0,0,3,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,NULL,1002850,25,'unit 1 failed',NULL,'unit 1 failed','default','failed','stitch',2,0,0,1002800,7.0,1.0,1,1,1,X'011e39efe22590f4a339ad19cd180f4d855e32feba602d1ec8e154780838c99c',1229332668965,'{"stitch":{"rendition":"v"}}');
INSERT INTO work_unit VALUES(2097156,NULL,'cancelled',1,1002800,0,0,3,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,NULL,1002850,26,'unit 1 failed',NULL,'unit 1 failed','default','failed','publish',2,0,0,1002800,6.0,1.0,1,1,1,X'e9c981a479986215bab0bf6c32efefa14852534b138c3509d8369edd510363da',257051672738200,'{"publish":{}}');
INSERT INTO work_unit VALUES(3145728,NULL,'done',0,1002850,0,1,3,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,1002850,1002850,30,NULL,NULL,NULL,'default','cancelled','probe',2,0,0,1002850,1.0,1.0,1,1,0,X'ba9c736f19e7f60b7f6764adb0b7908c0a2b394e09b6c09863528c7f2bc86095',205181114325479,NULL);
INSERT INTO work_unit VALUES(3145729,3145728,'cancelled',0,1002850,0,0,3,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,NULL,1002850,32,'enough',NULL,'enough','default','cancelled','encode',2,0,0,1002850,9.0,1.0,1,1,0,X'bb82030dbc2bcaba32a90bf2e207a84a856fc5f033b77c480836ab6f77f40f19',206167071374379,'{"encode":{"chunk":0,"renditions":["v"]}}');
INSERT INTO work_unit VALUES(3145730,3145728,'cancelled',0,1002850,0,0,3,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,NULL,1002850,33,'enough',NULL,'enough','default','cancelled','encode',2,0,0,1002850,8.0,1.0,1,1,0,X'6ca202c88e549dff68c09bfafbfc60b2fac074debc1e6777e9ba4b6c703ed114',119443087199828,'{"encode":{"chunk":1,"renditions":["v"]}}');
INSERT INTO work_unit VALUES(3145731,3145729,'cancelled',1,1002850,0,0,3,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,NULL,1002850,34,'enough',NULL,'enough','default','cancelled','stitch',2,0,0,1002850,7.0,1.0,1,1,1,X'011e39efe22590f4a339ad19cd180f4d855e32feba602d1ec8e154780838c99c',1229332668965,'{"stitch":{"rendition":"v"}}');
INSERT INTO work_unit VALUES(3145732,NULL,'cancelled',1,1002850,0,0,3,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,NULL,1002850,35,'enough',NULL,'enough','default','cancelled','publish',2,0,0,1002850,6.0,1.0,1,1,1,X'e9c981a479986215bab0bf6c32efefa14852534b138c3509d8369edd510363da',257051672738200,'{"publish":{}}');
INSERT INTO work_unit VALUES(4194304,NULL,'done',0,1002900,0,1,3,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,1002900,1002900,45,NULL,NULL,NULL,'default','running','probe',2,0,0,1002900,1.0,1.0,1,1,0,X'ba9c736f19e7f60b7f6764adb0b7908c0a2b394e09b6c09863528c7f2bc86095',205181114325479,NULL);
INSERT INTO work_unit VALUES(4194305,4194304,'done',0,1002900,0,1,3,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,1002900,1002900,48,NULL,NULL,NULL,'default','running','encode',2,0,0,1002900,9.0,1.0,1,1,0,X'bb82030dbc2bcaba32a90bf2e207a84a856fc5f033b77c480836ab6f77f40f19',206167071374379,'{"encode":{"chunk":0,"renditions":["v"]}}');
INSERT INTO work_unit VALUES(4194306,4194304,'leased',0,1002900,0,2,3,1,1,'a',1062900,1,2,'b',1062900,2,0,0,0,1002900,NULL,50,'slow',NULL,NULL,'default','running','encode',2,0,0,1002900,8.0,1.0,1,1,0,X'6ca202c88e549dff68c09bfafbfc60b2fac074debc1e6777e9ba4b6c703ed114',119443087199828,'{"encode":{"chunk":1,"renditions":["v"]}}');
INSERT INTO work_unit VALUES(4194307,4194304,'ready',0,1002900,0,0,3,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,NULL,NULL,0,NULL,NULL,NULL,'default','running','encode',2,0,0,1002900,7.0,1.0,1,1,0,X'011e39efe22590f4a339ad19cd180f4d855e32feba602d1ec8e154780838c99c',1229332668965,'{"encode":{"chunk":2,"renditions":["v"]}}');
INSERT INTO work_unit VALUES(4194308,4194305,'blocked',1,1002900,0,0,3,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,NULL,NULL,0,NULL,NULL,NULL,'default','running','stitch',2,0,0,1002900,6.0,1.0,1,1,1,X'e9c981a479986215bab0bf6c32efefa14852534b138c3509d8369edd510363da',257051672738200,'{"stitch":{"rendition":"v"}}');
INSERT INTO work_unit VALUES(4194309,NULL,'blocked',1,1002900,0,0,3,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,NULL,NULL,0,NULL,NULL,NULL,'default','running','publish',2,0,0,1002900,5.0,1.0,1,1,1,X'5850a03e801ffb108da1160e3373979443004b9e670addf33000dca9045fa413',97103309078559,'{"publish":{}}');
INSERT INTO work_unit VALUES(5242880,NULL,'ready',0,1002900,0,0,3,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,NULL,NULL,0,NULL,NULL,NULL,'default','planning','probe',3,0,0,1002900,1.0,1.0,1,1,0,X'ba9c736f19e7f60b7f6764adb0b7908c0a2b394e09b6c09863528c7f2bc86095',205181114325479,NULL);
CREATE TABLE learned_cost (
    machine TEXT NOT NULL CHECK (length(machine) BETWEEN 1 AND 200),
    work TEXT NOT NULL CHECK (length(work) BETWEEN 1 AND 200),
    -- The logarithm of what it costs against what is reckoned with before anything is learned.
    bias REAL NOT NULL CHECK (bias BETWEEN -3 AND 3),
    spread REAL NOT NULL CHECK (spread >= 0),
    samples INTEGER NOT NULL CHECK (samples > 0),
    PRIMARY KEY (machine, work)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX job_content ON job (tenant, content)
    WHERE state NOT IN ('failed','cancelled') AND superseded = 0;
CREATE UNIQUE INDEX job_key ON job (tenant, key)
    WHERE key IS NOT NULL AND state NOT IN ('failed','cancelled') AND superseded = 0;
CREATE INDEX job_unfinished ON job (id) WHERE finished_at IS NULL;
CREATE INDEX job_created ON job (created_at, id);
CREATE INDEX job_state ON job (state, created_at, id);
CREATE INDEX backfill_row_state ON backfill_row
    (backfill, pass, state, position, code, due, admitted, ended);
CREATE INDEX backfill_row_due ON backfill_row (backfill, pass, position) WHERE due = 1;
CREATE INDEX backfill_row_input ON backfill_row (backfill, pass, input);
CREATE INDEX backfill_row_same ON backfill_row (source, profile)
    WHERE state = 'done' OR state = 'running';
CREATE INDEX job_terms_held ON job_terms (job) WHERE leasable_until IS NOT NULL;
CREATE INDEX condemned_left ON condemned (at) WHERE removed_at IS NULL;
CREATE INDEX unit_ready ON work_unit
    (queue, priority DESC, urgent DESC, created_at, job, critical_seconds DESC)
    WHERE state = 'ready' AND delayed = 0;
CREATE INDEX unit_delayed ON work_unit (run_at) WHERE state = 'ready' AND delayed = 1;
CREATE INDEX unit_leased ON work_unit (queue) WHERE state = 'leased';
CREATE INDEX unit_made ON work_unit (id >> 26, content_key) WHERE state = 'done';
CREATE TRIGGER tenant_set AFTER UPDATE ON tenant
WHEN OLD.weight <> NEW.weight OR OLD.cap IS NOT NEW.cap OR OLD.event <> NEW.event
BEGIN
    INSERT INTO event VALUES (NEW.event, (SELECT reelmill_now()), NEW.name, NULL, NULL, 'tenant', NULL, 'set', NULL, NULL, NULL, NEW.setting, OLD.event, (SELECT reelmill_link(NEW.event, (SELECT reelmill_now()), NEW.name, NULL, NULL, 'tenant', NULL, 'set', NULL, NULL, NULL, NEW.setting)));
END;
CREATE TRIGGER breaker_born AFTER INSERT ON breaker BEGIN
    SELECT RAISE(ROLLBACK, 'a breaker counts its changes from 1') WHERE NEW.generation <> 1;
    INSERT INTO event VALUES (NEW.event, (SELECT reelmill_now()), NULL, NULL, NULL, 'breaker', NULL, NEW.state, NULL, NULL, NULL, NEW.key || ': ' || NEW.reason, 0, (SELECT reelmill_link(NEW.event, (SELECT reelmill_now()), NULL, NULL, NULL, 'breaker', NULL, NEW.state, NULL, NULL, NULL, NEW.key || ': ' || NEW.reason)));
END;
CREATE TRIGGER breaker_set AFTER UPDATE ON breaker BEGIN
    SELECT RAISE(ROLLBACK, 'a breaker counts its changes')
        WHERE NEW.generation <> OLD.generation + 1 OR NEW.key <> OLD.key;
    INSERT INTO event VALUES (NEW.event, (SELECT reelmill_now()), NULL, NULL, NULL, 'breaker', OLD.state, NEW.state, NULL, NULL, NULL, NEW.key || ': ' || NEW.reason, OLD.event, (SELECT reelmill_link(NEW.event, (SELECT reelmill_now()), NULL, NULL, NULL, 'breaker', OLD.state, NEW.state, NULL, NULL, NULL, NEW.key || ': ' || NEW.reason)));
END;
CREATE TRIGGER unit_born AFTER INSERT ON work_unit BEGIN
    SELECT RAISE(ROLLBACK, 'a unit is born blocked or ready, in a job that is being planned')
    WHERE NOT coalesce((NEW.state = CASE NEW.fan_in WHEN 0 THEN 'ready' ELSE 'blocked' END)
        AND NEW.unmet = NEW.fan_in AND NEW.epoch = 0 AND NEW.attempt = 0 AND NEW.event = 0
        AND NEW.attempts_max > 0 AND NEW.delayed = 0
        AND coalesce(NEW.holder, NEW.node, NEW.lease_until, NEW.slot, NEW.rival,
            NEW.rival_node, NEW.rival_until, NEW.rival_slot, NEW.finished_at) IS NULL
        AND (SELECT j.tenant = NEW.tenant AND j.id = NEW.job
            AND j.state = 'planning' AND (NEW.kind = 'probe') = (NEW.id & 1048575 = 0)
            FROM job j WHERE j.number = NEW.id >> 20), 0);
END;
CREATE TRIGGER unit_changed AFTER UPDATE ON work_unit BEGIN
    SELECT RAISE(ROLLBACK, 'no such edge between unit states, or the row does not fit it')
    WHERE NOT coalesce(CASE
        WHEN OLD.state = 'ready' AND NEW.state = 'leased' THEN NEW.epoch = OLD.epoch + 1 AND NEW.attempt = OLD.attempt + 1
    AND NEW.holder = NEW.attempt AND NEW.rival IS NULL AND NEW.rival_slot IS NULL
    AND NEW.node IS NOT NULL AND NEW.lease_until IS NOT NULL AND NEW.delayed = 0
    AND NEW.attempt <= NEW.attempts_max AND NEW.attempts_max = OLD.attempts_max
    AND NEW.unmet = 0 AND NEW.finished_at IS NULL AND NEW.event > OLD.event
        WHEN OLD.state = 'leased' AND NEW.state = 'done' THEN NEW.epoch = OLD.epoch AND NEW.attempt = OLD.attempt AND NEW.attempts_max = OLD.attempts_max
    AND NEW.holder IS NULL AND NEW.node IS NULL AND NEW.lease_until IS NULL
    AND NEW.slot IS NULL AND NEW.rival IS NULL AND NEW.rival_node IS NULL
    AND NEW.rival_until IS NULL AND NEW.rival_slot IS NULL
    AND NEW.unmet = 0 AND NEW.finished_at IS NOT NULL AND NEW.event > OLD.event
    AND EXISTS (SELECT 1 FROM completion c WHERE c.unit = NEW.id AND c.epoch = NEW.epoch
        AND (c.attempt = OLD.holder OR c.attempt = OLD.rival))
        ELSE NEW.state IN ('blocked', 'ready', 'leased', 'dead', 'cancelled')
    AND (NEW.state = 'cancelled' OR (NEW.state = 'blocked') = (NEW.unmet > 0))
    AND (NEW.state = 'leased') = (NEW.holder IS NOT NULL)
    AND (NEW.holder IS NULL) = (NEW.node IS NULL)
    AND (NEW.holder IS NULL) = (NEW.lease_until IS NULL)
    AND (NEW.rival IS NULL) = (NEW.rival_node IS NULL)
    AND (NEW.rival IS NULL) = (NEW.rival_until IS NULL)
    AND (NEW.rival IS NULL OR NEW.holder IS NOT NULL AND NEW.rival <> NEW.holder)
    AND (NEW.slot IS NULL OR NEW.holder IS NOT NULL)
    AND (NEW.rival_slot IS NULL OR NEW.rival IS NOT NULL)
    AND (NEW.finished_at IS NOT NULL) = (NEW.state = 'dead' OR NEW.state = 'cancelled')
    AND NEW.epoch % 2 = (NEW.state = 'leased')
    AND NEW.attempt <= NEW.attempts_max
    AND (NEW.state <> 'ready' OR NEW.attempt < NEW.attempts_max)
    AND (NEW.delayed = 0 OR NEW.delayed = 1 AND NEW.state = 'ready') AND NEW.event >= OLD.event AND CASE
    WHEN NEW.priority <> OLD.priority THEN NEW.state = OLD.state AND NEW.event = OLD.event
        AND NEW.finished_at IS NULL AND NEW.epoch = OLD.epoch
        AND NEW.attempt = OLD.attempt AND NEW.holder IS OLD.holder AND NEW.rival IS OLD.rival
        AND NEW.unmet = OLD.unmet AND NEW.attempts_max = OLD.attempts_max
    ELSE CASE OLD.state
    WHEN 'leased' THEN CASE
        WHEN NEW.state = 'leased' THEN NEW.epoch = OLD.epoch
            AND NEW.attempts_max = OLD.attempts_max AND CASE
    WHEN NEW.rival IS NOT NULL AND OLD.rival IS NULL THEN NEW.rival = NEW.attempt
        AND NEW.attempt = OLD.attempt + 1
        AND NEW.holder = OLD.holder AND NEW.event > OLD.event
    WHEN NEW.attempt <> OLD.attempt THEN 0
    WHEN NEW.holder = OLD.holder AND NEW.rival IS OLD.rival THEN NEW.event = OLD.event
    ELSE (NEW.holder = OLD.holder OR NEW.holder = OLD.rival) AND NEW.rival IS NULL
        AND NEW.event > OLD.event END
        WHEN NEW.state = 'ready' OR NEW.state = 'dead' THEN
            NEW.epoch = OLD.epoch + 1 AND NEW.attempt = OLD.attempt
    AND NEW.event > OLD.event AND NEW.attempts_max - OLD.attempts_max IN (0, 1)
        ELSE NEW.state = 'cancelled' AND NEW.epoch = OLD.epoch + 1
            AND NEW.attempt = OLD.attempt AND NEW.attempts_max = OLD.attempts_max
            AND NEW.event > OLD.event
        END
    WHEN 'blocked' THEN NEW.epoch = OLD.epoch AND NEW.attempt = OLD.attempt AND NEW.attempts_max = OLD.attempts_max AND CASE NEW.state
        WHEN 'blocked' THEN NEW.event = OLD.event AND NEW.unmet < OLD.unmet
        ELSE (NEW.state = 'ready' OR NEW.state = 'cancelled') AND NEW.event > OLD.event END
    WHEN 'ready' THEN NEW.epoch = OLD.epoch AND NEW.attempt = OLD.attempt AND NEW.attempts_max = OLD.attempts_max AND CASE NEW.state
        WHEN 'ready' THEN NEW.event = OLD.event
        ELSE NEW.state = 'cancelled' AND NEW.event > OLD.event END
    ELSE 0 END END END, 0);
    INSERT INTO event SELECT NEW.event, (SELECT reelmill_now()), NEW.tenant, NEW.job, NEW.id & 1048575, NEW.kind, OLD.state, NEW.state, NEW.epoch, CASE WHEN OLD.state <> 'leased' OR NEW.state = 'cancelled' THEN NEW.attempt
    WHEN NEW.state <> 'leased' THEN OLD.holder
    WHEN NEW.rival IS NOT NULL THEN NEW.rival
    WHEN NEW.holder = OLD.holder THEN OLD.rival ELSE OLD.holder END, CASE WHEN OLD.state <> 'leased' OR NEW.state = 'cancelled' THEN coalesce(NEW.node, OLD.node)
    WHEN NEW.state <> 'leased' THEN OLD.node
    WHEN NEW.rival IS NOT NULL THEN NEW.rival_node
    WHEN NEW.holder = OLD.holder THEN OLD.rival_node ELSE OLD.node END, NEW.reason, OLD.event, (SELECT reelmill_link(NEW.event, (SELECT reelmill_now()), NEW.tenant, NEW.job, NEW.id & 1048575, NEW.kind, OLD.state, NEW.state, NEW.epoch, CASE WHEN OLD.state <> 'leased' OR NEW.state = 'cancelled' THEN NEW.attempt
    WHEN NEW.state <> 'leased' THEN OLD.holder
    WHEN NEW.rival IS NOT NULL THEN NEW.rival
    WHEN NEW.holder = OLD.holder THEN OLD.rival ELSE OLD.holder END, CASE WHEN OLD.state <> 'leased' OR NEW.state = 'cancelled' THEN coalesce(NEW.node, OLD.node)
    WHEN NEW.state <> 'leased' THEN OLD.node
    WHEN NEW.rival IS NOT NULL THEN NEW.rival_node
    WHEN NEW.holder = OLD.holder THEN OLD.rival_node ELSE OLD.node END, NEW.reason))
    WHERE NEW.event <> OLD.event AND NEW.state <> 'done';
    INSERT INTO event SELECT NEW.event, (SELECT reelmill_now()), NEW.tenant, NEW.job, NEW.id & 1048575, NEW.kind, 'leased', 'done', NEW.epoch, c.attempt,
CASE c.attempt WHEN OLD.rival THEN OLD.rival_node ELSE OLD.node END,
c.sha256, OLD.event,
        (SELECT reelmill_link(NEW.event, (SELECT reelmill_now()), NEW.tenant, NEW.job, NEW.id & 1048575, NEW.kind, 'leased', 'done', NEW.epoch, l.attempt,
CASE l.attempt WHEN OLD.rival THEN OLD.rival_node ELSE OLD.node END,
l.sha256) FROM completion l WHERE l.unit = NEW.id)
    FROM completion c WHERE NEW.state = 'done' AND c.unit = NEW.id;
END;
CREATE TRIGGER unit_slots AFTER UPDATE OF slot, rival_slot ON work_unit
WHEN OLD.slot IS NOT NEW.slot OR OLD.rival_slot IS NOT NEW.rival_slot
BEGIN
    DELETE FROM slot WHERE tenant = NEW.queue >> 1 AND slot = OLD.slot;
    DELETE FROM slot WHERE tenant = NEW.queue >> 1 AND slot = OLD.rival_slot;
    INSERT INTO slot SELECT NEW.queue >> 1, NEW.slot, NEW.id WHERE NEW.slot IS NOT NULL;
    INSERT INTO slot SELECT NEW.queue >> 1, NEW.rival_slot, NEW.id
        WHERE NEW.rival_slot IS NOT NULL;
    SELECT RAISE(ROLLBACK, 'the tenant is at its cap')
    WHERE OLD.state = 'ready' AND NEW.slot > (SELECT cap FROM tenant WHERE number = NEW.queue >> 1);
END;
CREATE TRIGGER completion_committed AFTER INSERT ON completion BEGIN
    UPDATE work_unit SET state = 'done', holder = NULL, node = NULL, lease_until = NULL,
        slot = NULL, rival = NULL, rival_node = NULL, rival_until = NULL,
        rival_slot = NULL, finished_at = NEW.committed_at, reason = NULL,
        event = (SELECT reelmill_next())
        WHERE id = NEW.unit AND state = 'leased' AND epoch = NEW.epoch
            AND (holder = NEW.attempt OR rival = NEW.attempt);
    SELECT RAISE(ROLLBACK, 'fenced: another lease owns this unit, or none')
        WHERE (SELECT state FROM work_unit WHERE id = NEW.unit AND epoch = NEW.epoch)
            IS NOT 'done';
    UPDATE gate SET left = left - 1 WHERE id = (SELECT feeds FROM work_unit WHERE id = NEW.unit);
    UPDATE gate SET opened = 1 WHERE id = (SELECT feeds FROM work_unit WHERE id = NEW.unit) AND left = 0;
    UPDATE job SET state = 'ready', finished_at = NEW.committed_at, reason = NULL,
        event = (SELECT reelmill_next())
        WHERE state = 'running' AND number =
            (SELECT id >> 20 FROM work_unit WHERE id = NEW.unit AND kind = 'publish');
END;
CREATE TRIGGER gate_opened AFTER UPDATE OF opened ON gate WHEN NEW.opened > OLD.opened
BEGIN
    UPDATE work_unit SET unmet = unmet - 1,
        state = CASE WHEN unmet = 1 THEN 'ready' ELSE 'blocked' END,
        run_at = CASE WHEN unmet = 1 THEN (SELECT reelmill_now()) ELSE run_at END,
        event = CASE WHEN unmet = 1 THEN (SELECT reelmill_next(u.id) FROM work_unit u WHERE u.id = work_unit.id) ELSE event END
        WHERE state = 'blocked'
            AND id IN (SELECT unit FROM gate_unit WHERE gate = NEW.id);
END;
CREATE TRIGGER job_born AFTER INSERT ON job BEGIN
    SELECT RAISE(ROLLBACK, 'a job is born planning') WHERE NEW.state <> 'planning';
    INSERT INTO event VALUES (NEW.event, (SELECT reelmill_now()), NEW.tenant, NEW.id, NULL, 'job', NULL, NEW.state, NULL, NULL, NULL, NEW.source, 0, (SELECT reelmill_link(NEW.event, (SELECT reelmill_now()), NEW.tenant, NEW.id, NULL, 'job', NULL, NEW.state, NULL, NULL, NULL, NEW.source)));
END;
CREATE TRIGGER job_changed AFTER UPDATE ON job BEGIN
    SELECT RAISE(ROLLBACK, 'no such edge between job states, or it is too early or too late')
    WHERE NOT coalesce((CASE WHEN NEW.state = OLD.state THEN
    NEW.finished_at IS OLD.finished_at
    AND NEW.failure IS OLD.failure AND NEW.failed_position IS OLD.failed_position
    AND NEW.units_total = OLD.units_total AND CASE
        WHEN NEW.event = OLD.event THEN NEW.priority = OLD.priority AND NEW.reason IS OLD.reason
        ELSE NEW.event > OLD.event AND NEW.finished_at IS NULL END
    AND (NEW.superseded = OLD.superseded OR OLD.state = 'ready')
WHEN NEW.event <= OLD.event OR NEW.priority <> OLD.priority THEN 0
WHEN NEW.state = 'running' THEN OLD.state = 'planning'
    AND EXISTS (SELECT 1 FROM plan WHERE job = NEW.number)
    AND NEW.units_total = (SELECT count(*) FROM work_unit w WHERE w.id BETWEEN NEW.number << 20 AND NEW.number << 20 | 1048575)
WHEN NEW.state = 'ready' THEN OLD.state = 'running' AND EXISTS
    (SELECT 1 FROM work_unit w WHERE w.id BETWEEN NEW.number << 20 AND NEW.number << 20 | 1048575 AND w.kind = 'publish' AND w.state = 'done')
ELSE (NEW.state = 'failed' OR NEW.state = 'cancelled')
    AND (OLD.state = 'planning' OR OLD.state = 'running')
    AND NOT EXISTS (SELECT 1 FROM work_unit w WHERE w.id BETWEEN NEW.number << 20 AND NEW.number << 20 | 1048575 AND w.finished_at IS NULL)
END), 0);
    INSERT INTO event SELECT NEW.event, (SELECT reelmill_now()), NEW.tenant, NEW.id, NULL, 'job', OLD.state, NEW.state, NULL, NULL, NULL, NEW.reason, OLD.event, (SELECT reelmill_link(NEW.event, (SELECT reelmill_now()), NEW.tenant, NEW.id, NULL, 'job', OLD.state, NEW.state, NULL, NULL, NULL, NEW.reason))
    WHERE NEW.event <> OLD.event;
END;
CREATE TRIGGER plan_timely AFTER INSERT ON plan BEGIN
    SELECT RAISE(ROLLBACK, 'a job is planned once')
    WHERE (SELECT state FROM job WHERE number = NEW.job) <> 'planning';
END;
CREATE TRIGGER gate_timely AFTER INSERT ON gate BEGIN
    SELECT RAISE(ROLLBACK, 'gates are planned with their units')
    WHERE NEW.opened OR NOT EXISTS
        (SELECT 1 FROM job WHERE number = NEW.id >> 20 AND state = 'planning');
END;
CREATE TRIGGER gate_unit_timely AFTER INSERT ON gate_unit BEGIN
    SELECT RAISE(ROLLBACK, 'gates are planned with their units')
    WHERE NOT EXISTS (SELECT 1 FROM job WHERE number = NEW.unit >> 20 AND state = 'planning')
        OR NOT EXISTS (SELECT 1 FROM gate WHERE id = NEW.gate)
        OR NOT EXISTS (SELECT 1 FROM work_unit WHERE id = NEW.unit);
END;
CREATE TRIGGER backfill_born AFTER INSERT ON backfill BEGIN
    SELECT RAISE(ROLLBACK, 'a backfill is born planned, and counts its changes from 1')
        WHERE NEW.state <> 'planned' OR NEW.generation <> 1 OR NEW.pass <> 0;
    INSERT INTO event VALUES (NEW.event, (SELECT reelmill_now()), NULL, NULL, NULL, 'backfill', NULL, NEW.state, NULL, NULL, NULL, NEW.name, 0, (SELECT reelmill_link(NEW.event, (SELECT reelmill_now()), NULL, NULL, NULL, 'backfill', NULL, NEW.state, NULL, NULL, NULL, NEW.name)));
END;
CREATE TRIGGER backfill_changed AFTER UPDATE ON backfill BEGIN
    SELECT RAISE(ROLLBACK, 'no such edge between states of a backfill')
    WHERE NOT coalesce(NEW.number = OLD.number AND NEW.name = OLD.name
        AND NEW.created_at = OLD.created_at AND NEW.pass >= OLD.pass
        AND CASE WHEN NEW.event = OLD.event THEN NEW.state = OLD.state
            AND NEW.generation = OLD.generation AND NEW.reason IS OLD.reason
        ELSE NEW.event > OLD.event AND NEW.generation = OLD.generation + 1
            AND CASE NEW.state WHEN 'planned' THEN 1
            WHEN 'running' THEN NEW.pass > 0 AND OLD.state <> 'running'
            WHEN 'paused' THEN OLD.state IN ('planned', 'running')
            ELSE OLD.state = 'running' END END, 0);
    INSERT INTO event SELECT NEW.event, (SELECT reelmill_now()), NULL, NULL, NULL, 'backfill', OLD.state, NEW.state, NULL, NULL, NULL, NEW.name || coalesce(': ' || NEW.reason, ''), OLD.event, (SELECT reelmill_link(NEW.event, (SELECT reelmill_now()), NULL, NULL, NULL, 'backfill', OLD.state, NEW.state, NULL, NULL, NULL, NEW.name || coalesce(': ' || NEW.reason, '')))
    WHERE NEW.event <> OLD.event;
END;
CREATE TRIGGER backfill_row_born AFTER INSERT ON backfill_row BEGIN
    SELECT RAISE(ROLLBACK, 'rows are listed in a draft')
    WHERE NEW.pass <> (SELECT draft FROM backfill WHERE number = NEW.backfill);
END;
CREATE TRIGGER backfill_row_changed AFTER UPDATE ON backfill_row BEGIN
    SELECT RAISE(ROLLBACK, 'no such edge between states of a row')
    WHERE NOT coalesce((NEW.state <> 'quarantined' OR OLD.state IN ('running', 'quarantined'))
        AND NEW.input = OLD.input AND NEW.output = OLD.output AND NEW.tenant = OLD.tenant
        AND NEW.profile = OLD.profile AND NEW.key IS OLD.key
        AND NEW.pass = (SELECT pass FROM backfill WHERE number = NEW.backfill), 0);
    SELECT RAISE(ROLLBACK, 'a row is done when its job is ready')
    WHERE NEW.state = 'done' AND NEW.state <> OLD.state
        AND (SELECT state FROM job WHERE id = NEW.job) IS NOT 'ready';
END;
CREATE TRIGGER job_let_go AFTER UPDATE OF finished_at ON job WHEN NEW.finished_at IS NOT NULL
BEGIN
    UPDATE job_terms SET leasable_until = NULL
        WHERE job = NEW.number AND leasable_until IS NOT NULL;
END;
CREATE TRIGGER job_terms_fixed BEFORE UPDATE OF job, backfill, replaces ON job_terms
BEGIN SELECT RAISE(ROLLBACK, 'on whose behalf a job is never changes'); END;
CREATE TRIGGER job_terms_kept BEFORE DELETE ON job_terms
BEGIN SELECT RAISE(ROLLBACK, 'the terms of a job are not deleted'); END;
CREATE TRIGGER event_fixed BEFORE UPDATE ON event
BEGIN SELECT RAISE(ROLLBACK, 'history is append-only'); END;
CREATE TRIGGER event_kept BEFORE DELETE ON event
BEGIN SELECT RAISE(ROLLBACK, 'history is append-only'); END;
CREATE TRIGGER unit_fixed BEFORE UPDATE OF id, feeds, tenant, job, kind, work, content, content_key, queue, urgent, created_at,
critical_seconds, cpu_seconds, memory_bytes, output_bytes, fan_in ON work_unit
BEGIN SELECT RAISE(ROLLBACK, 'what a unit does never changes'); END;
CREATE TRIGGER unit_kept BEFORE DELETE ON work_unit
BEGIN SELECT RAISE(ROLLBACK, 'units are not deleted'); END;
CREATE TRIGGER gate_fixed BEFORE UPDATE OF id ON gate
BEGIN SELECT RAISE(ROLLBACK, 'what waits for what never changes'); END;
CREATE TRIGGER gate_kept BEFORE DELETE ON gate
BEGIN SELECT RAISE(ROLLBACK, 'gates are not deleted'); END;
CREATE TRIGGER gate_unit_fixed BEFORE UPDATE ON gate_unit
BEGIN SELECT RAISE(ROLLBACK, 'what waits for what never changes'); END;
CREATE TRIGGER gate_unit_kept BEFORE DELETE ON gate_unit
BEGIN SELECT RAISE(ROLLBACK, 'what waits for what never changes'); END;
CREATE TRIGGER completion_fixed BEFORE UPDATE ON completion
BEGIN SELECT RAISE(ROLLBACK, 'a completion never changes'); END;
CREATE TRIGGER completion_kept BEFORE DELETE ON completion
BEGIN SELECT RAISE(ROLLBACK, 'completions are not deleted'); END;
CREATE TRIGGER job_fixed BEFORE UPDATE OF number, tenant, id, key, content, source, profile, profile_digest, codec,
destination, class, attempts_max, created_at ON job
BEGIN SELECT RAISE(ROLLBACK, 'what a job is never changes'); END;
CREATE TRIGGER job_kept BEFORE DELETE ON job
BEGIN SELECT RAISE(ROLLBACK, 'jobs are not deleted'); END;
CREATE TRIGGER plan_fixed BEFORE UPDATE ON plan
BEGIN SELECT RAISE(ROLLBACK, 'a plan never changes'); END;
CREATE TRIGGER plan_kept BEFORE DELETE ON plan
BEGIN SELECT RAISE(ROLLBACK, 'plans are not deleted'); END;
CREATE TRIGGER breaker_kept BEFORE DELETE ON breaker
BEGIN SELECT RAISE(ROLLBACK, 'breakers are not deleted'); END;
CREATE TRIGGER tenant_kept BEFORE DELETE ON tenant
BEGIN SELECT RAISE(ROLLBACK, 'tenants are not deleted'); END;
CREATE TRIGGER completion_stays BEFORE INSERT ON completion BEGIN
    SELECT RAISE(ROLLBACK, 'the artifact was given up')
    WHERE EXISTS (SELECT 1 FROM condemned k JOIN work_unit u ON u.id = NEW.unit
        WHERE k.sha256 = NEW.sha256 AND k.tenant = u.tenant
            AND (k.removed_at IS NULL OR k.removed_at >= u.started_at));
END;
CREATE TRIGGER collected_born AFTER INSERT ON collected BEGIN
    SELECT RAISE(ROLLBACK, 'the artifacts of a job are given up after its end')
    WHERE NOT EXISTS (SELECT 1 FROM job j WHERE j.number = NEW.job AND j.id = NEW.id
        AND j.tenant = NEW.tenant AND j.finished_at IS NOT NULL);
    INSERT INTO event VALUES (NEW.event, (SELECT reelmill_now()), NEW.tenant, NEW.id, NULL, 'artifacts', NULL, 'collected', NULL, NULL, NULL, NEW.note, 0, (SELECT reelmill_link(NEW.event, (SELECT reelmill_now()), NEW.tenant, NEW.id, NULL, 'artifacts', NULL, 'collected', NULL, NULL, NULL, NEW.note)));
END;
CREATE TRIGGER collected_fixed BEFORE UPDATE ON collected
BEGIN SELECT RAISE(ROLLBACK, 'what was given up stays so'); END;
CREATE TRIGGER collected_kept BEFORE DELETE ON collected
BEGIN SELECT RAISE(ROLLBACK, 'what was given up stays so'); END;
COMMIT;
