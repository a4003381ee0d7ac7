-- A ledger of schema 3, as the build before schema 4 made it of that of schema 2: the same jobs and history.
PRAGMA user_version = 3;
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
CREATE TABLE backfill_profile (
    digest BLOB PRIMARY KEY CHECK (length(digest) = 32), text TEXT NOT NULL
) STRICT;
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
CREATE TABLE breaker (
    key TEXT PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('open','closed')),
    generation INTEGER NOT NULL CHECK (generation > 0),
    failures INTEGER NOT NULL, retry_at INTEGER NOT NULL, reason TEXT NOT NULL,
    event INTEGER NOT NULL
) STRICT;
INSERT INTO "breaker" VALUES('store','closed',2,4,1004900,'it works again',40);
CREATE TABLE collected (
    job INTEGER PRIMARY KEY REFERENCES job (number),
    tenant TEXT NOT NULL, id TEXT NOT NULL,
    at INTEGER NOT NULL,
    note TEXT NOT NULL,
    event INTEGER NOT NULL
) STRICT;
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
INSERT INTO "completion" VALUES(1048576,1,1,X'1BC04B5291C26A46D918139138B992D2DE976D6851D0893B0476B85BFBDFC6E6',5,0.0,1.0,0,NULL,1000000);
INSERT INTO "completion" VALUES(1048577,1,1,X'60224672957819F5E1F5D292939676AE288BF61540CFEF9EF6BB0179BE70C8A8',10,0.0,1.0,0,NULL,1000700);
INSERT INTO "completion" VALUES(1048578,1,1,X'E3AA1460F88E52DB3B9A34DAA00224C55B2FFA30F60728DF84E562681F1A7E80',10,0.0,1.0,0,NULL,1001400);
INSERT INTO "completion" VALUES(1048579,1,1,X'9AF8CD19C6F81DA17997B12F014E4AD9DC3583F2223DDD6E423A5D04E5B3BA05',10,0.0,1.0,0,NULL,1002100);
INSERT INTO "completion" VALUES(1048580,1,1,X'5D61AF95838C6386BE24B3028CA9BCC08BC16E38407846E2D07DBFE8D56855AF',10,0.0,1.0,0,NULL,1002800);
INSERT INTO "completion" VALUES(2097152,1,1,X'1BC04B5291C26A46D918139138B992D2DE976D6851D0893B0476B85BFBDFC6E6',5,0.0,1.0,0,NULL,1002800);
INSERT INTO "completion" VALUES(3145728,1,1,X'1BC04B5291C26A46D918139138B992D2DE976D6851D0893B0476B85BFBDFC6E6',5,0.0,1.0,0,NULL,1002900);
INSERT INTO "completion" VALUES(4194304,1,1,X'1BC04B5291C26A46D918139138B992D2DE976D6851D0893B0476B85BFBDFC6E6',5,0.0,1.0,0,NULL,1002900);
INSERT INTO "completion" VALUES(4194305,1,1,X'157BF688525ECC541500C18B62DBCA9A013CF575A92B331659A1DB2C51BD31A9',9,0.0,1.0,0,NULL,1002900);
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
INSERT INTO "event" VALUES(1,1000000,'default','finished',NULL,'job',NULL,'planning',NULL,NULL,NULL,'{"byteCount":1,"digest":"043a718774c572bd8a25adbeb1bfcd5c0256ae11cecf9f9c3f925d0e52beaf89","displayName":"a","locator":"/a","modificationMilliseconds":1}',0,X'7195905DF385C55E61AD03334DED0B437C61E282317F2696A51F0B2A2CF57E76');
INSERT INTO "event" VALUES(2,1000000,'default','finished',0,'probe','ready','leased',1,1,'a',NULL,0,X'37C5A188254795A770EA4C4C38AC3EDB44B377C6C95DFEB2029C95008AE8C592');
INSERT INTO "event" VALUES(3,1000000,'default','finished',0,'probe','leased','done',1,1,'a',X'1BC04B5291C26A46D918139138B992D2DE976D6851D0893B0476B85BFBDFC6E6',2,X'0C385848899F62CA0F479E514D887860A7B3FDA16600B4477B4C7E0BD18CB711');
INSERT INTO "event" VALUES(4,1000000,'default','finished',NULL,'job','planning','running',NULL,NULL,NULL,'4 units, sha256 da8aa8a436e2e74362f33db9d39a5a07361a3d848746a5ca435a0901b85eb5c8',1,X'D07BCDE2142C1CBBDB751F578F0CE41C5259842C9366A986A03FD7C015B5526F');
INSERT INTO "event" VALUES(5,1000000,'default','finished',1,'encode','ready','leased',1,1,'a',NULL,0,X'A71B7D6BFA03D86128E5BC5CFB2062BF6B0F6053FF3D6B6FEED81C07280FF678');
INSERT INTO "event" VALUES(6,1000700,'default','finished',1,'encode','leased','done',1,1,'a',X'60224672957819F5E1F5D292939676AE288BF61540CFEF9EF6BB0179BE70C8A8',5,X'963D59A111055BCA07C4FA55F280308636384DCBCECD9F6D03422007BDBC5FB1');
INSERT INTO "event" VALUES(7,1000700,'default','finished',2,'encode','ready','leased',1,1,'a',NULL,0,X'DEB6BD5498D8F7C215F890828162FC9791C607D2C49CA55A6E55B6BC3042981F');
INSERT INTO "event" VALUES(8,1001400,'default','finished',2,'encode','leased','done',1,1,'a',X'E3AA1460F88E52DB3B9A34DAA00224C55B2FFA30F60728DF84E562681F1A7E80',7,X'3DE01131CB15215AA56EE9A9433EB3FFB963D43036D98FDE9D7CF826E5C6B60A');
INSERT INTO "event" VALUES(9,1001400,'default','finished',3,'stitch','blocked','ready',0,0,NULL,NULL,0,X'E45D4B13531DA2DBEBB5DC95EE2AEDDBE9248FEF71C6FC920C9A225816F0F63B');
INSERT INTO "event" VALUES(10,1001400,'default','finished',3,'stitch','ready','leased',1,1,'a',NULL,9,X'B501E1B690925402D4687471EF7AE032E3C115F8C03B0AD0D4470341B590D48D');
INSERT INTO "event" VALUES(11,1002100,'default','finished',3,'stitch','leased','done',1,1,'a',X'9AF8CD19C6F81DA17997B12F014E4AD9DC3583F2223DDD6E423A5D04E5B3BA05',10,X'2B7BA4A09CF4D4D7B01E60D7974DC8179F9E23D1DEC736930F98DBF0BD9B13CC');
INSERT INTO "event" VALUES(12,1002100,'default','finished',4,'publish','blocked','ready',0,0,NULL,NULL,0,X'A75628C5E49850BD4BC388A2FBDF13FDB213CF0E242268D1AE4AD9D0D7D07939');
INSERT INTO "event" VALUES(13,1002100,'default','finished',4,'publish','ready','leased',1,1,'a',NULL,12,X'8E436180042E4E17D7E44EAA63E99EB9AFA1CF204EE91045D0832C87C99D906E');
INSERT INTO "event" VALUES(14,1002800,'default','finished',4,'publish','leased','done',1,1,'a',X'5D61AF95838C6386BE24B3028CA9BCC08BC16E38407846E2D07DBFE8D56855AF',13,X'AF18BC44BB00CBEAD2777DB9B91D30371C08331AC47E16734431C31C8FA7DB36');
INSERT INTO "event" VALUES(15,1002800,'default','finished',NULL,'job','running','ready',NULL,NULL,NULL,NULL,4,X'5C4E52D42A49320655A73F6D73176573ECFC6D965B5437FF130356B8505B9EC1');
INSERT INTO "event" VALUES(16,1002800,'default','failed',NULL,'job',NULL,'planning',NULL,NULL,NULL,'{"byteCount":1,"digest":"043a718774c572bd8a25adbeb1bfcd5c0256ae11cecf9f9c3f925d0e52beaf89","displayName":"a","locator":"/a","modificationMilliseconds":1}',0,X'F73D99F4636DF5822F3B5A2CD506D405A464AF0770ED2FACCD8E1B27519A9413');
INSERT INTO "event" VALUES(17,1002800,'default','failed',0,'probe','ready','leased',1,1,'a',NULL,0,X'19ADB0D42CCB8EC45D2A66AAE431DA2D811390EA61294A857069458B8E48DC7D');
INSERT INTO "event" VALUES(18,1002800,'default','failed',0,'probe','leased','done',1,1,'a',X'1BC04B5291C26A46D918139138B992D2DE976D6851D0893B0476B85BFBDFC6E6',17,X'3F9CCD1E816A56D3305B14D1A0423B0E2724C399D3A754A2992C171C6387E96D');
INSERT INTO "event" VALUES(19,1002800,'default','failed',NULL,'job','planning','running',NULL,NULL,NULL,'4 units, sha256 da8aa8a436e2e74362f33db9d39a5a07361a3d848746a5ca435a0901b85eb5c8',16,X'3A02AD25FE05B439EA6C3EC88717722A89E61B6A14BD908F88F06A4E4C3787EA');
INSERT INTO "event" VALUES(20,1002800,'default','failed',1,'encode','ready','leased',1,1,'a',NULL,0,X'ECB2C6266004A3965CAE8C5D94FE1561F314A537D449582D94E75F3D1D66F88B');
INSERT INTO "event" VALUES(21,1002800,'default','failed',1,'encode','leased','ready',2,1,'a','retry',20,X'02B58EAF4223397D2A3552A19EDFE6B5B553F28F23B197812DF08F9C663BC7A4');
INSERT INTO "event" VALUES(22,1002900,'default','failed',1,'encode','ready','leased',3,2,'a',NULL,21,X'2ECB649E36260DD32B9D617B4783CD43320AEEF46728CF84F92B477BE4EC9EFA');
INSERT INTO "event" VALUES(23,1002900,'default','failed',1,'encode','leased','dead',4,2,'a','{"category":"permanent","code":"undecodable","message":"the encoder said no"}',22,X'B78189DD6C77736896ECFB472CF24757160FE4B42F75FC44F3885D6BBF991A28');
INSERT INTO "event" VALUES(24,1002900,'default','failed',2,'encode','ready','cancelled',0,0,NULL,'unit 1 failed',0,X'57663828B0E7ADCF700B657FBA6AA89C5D8E54A2E20B36B17C871A542F746E0E');
INSERT INTO "event" VALUES(25,1002900,'default','failed',3,'stitch','blocked','cancelled',0,0,NULL,'unit 1 failed',0,X'99A5DE9DA4973B6AE5690704FD346E57279B23B2750594089EA9CFBF763A3FF9');
INSERT INTO "event" VALUES(26,1002900,'default','failed',4,'publish','blocked','cancelled',0,0,NULL,'unit 1 failed',0,X'2631D2AE19AB3C157A6F43D97D38527AF47044CAFE1D75404BFF9FF17CFD5356');
INSERT INTO "event" VALUES(27,1002900,'default','failed',NULL,'job','running','failed',NULL,NULL,NULL,'{"category":"permanent","code":"undecodable","message":"the encoder said no"}',19,X'5ED165741F8BFA82E1CAF60EAB50BF22835816019EA80733E2F441161B921755');
INSERT INTO "event" VALUES(28,1002900,'default','cancelled',NULL,'job',NULL,'planning',NULL,NULL,NULL,'{"byteCount":1,"digest":"043a718774c572bd8a25adbeb1bfcd5c0256ae11cecf9f9c3f925d0e52beaf89","displayName":"a","locator":"/a","modificationMilliseconds":1}',0,X'7B1344D2942FA0E11BB34156F8190B632BABFE0ED6D4F58265E69F7BA9B53D96');
INSERT INTO "event" VALUES(29,1002900,'default','cancelled',0,'probe','ready','leased',1,1,'a',NULL,0,X'F07874CACCF8B5FA6DBA54201EF71723E698FAE46B8C57DD56BDF1E94590E2E7');
INSERT INTO "event" VALUES(30,1002900,'default','cancelled',0,'probe','leased','done',1,1,'a',X'1BC04B5291C26A46D918139138B992D2DE976D6851D0893B0476B85BFBDFC6E6',29,X'BD252390FB1523704DE6503510099F6975376C587252EC8A35D4EE4CD26BEF31');
INSERT INTO "event" VALUES(31,1002900,'default','cancelled',NULL,'job','planning','running',NULL,NULL,NULL,'4 units, sha256 da8aa8a436e2e74362f33db9d39a5a07361a3d848746a5ca435a0901b85eb5c8',28,X'8308306CA9C27F981AAD7311E820F904AB82985FD8F11362687F7C6E744BB4D9');
INSERT INTO "event" VALUES(32,1002900,'default','cancelled',1,'encode','ready','leased',1,1,'a',NULL,0,X'90B3B2477A4C3FBDB6D379A4C822E9500384A9ACDED097D5090CEAE3D98ED20D');
INSERT INTO "event" VALUES(33,1002900,'default','cancelled',1,'encode','leased','cancelled',2,1,'a','by its owner',32,X'C386BB441A81D8E9205AD4E0A882954691B0C1ED07FCCB9C014236812C85C8B8');
INSERT INTO "event" VALUES(34,1002900,'default','cancelled',2,'encode','ready','cancelled',0,0,NULL,'by its owner',0,X'57BA7A26BA975F8692102918D31366E5BAE1AB707C805B8697C428629E4CEF93');
INSERT INTO "event" VALUES(35,1002900,'default','cancelled',3,'stitch','blocked','cancelled',0,0,NULL,'by its owner',0,X'BF14ADABD946D563D3159688FC28638975E53A0D682C755CD5FD37D1BD7F0E5F');
INSERT INTO "event" VALUES(36,1002900,'default','cancelled',4,'publish','blocked','cancelled',0,0,NULL,'by its owner',0,X'64E71139689F58A5A6219AA4B215CCA8333E07F7ED2B16BD14327D79EAB36851');
INSERT INTO "event" VALUES(37,1002900,'default','cancelled',NULL,'job','running','cancelled',NULL,NULL,NULL,'by its owner',31,X'FE9B2F914BC874F822BFA188CED21336C385EF32E57ABD26F682D80DCD1FB7E9');
INSERT INTO "event" VALUES(38,1002900,'studio',NULL,NULL,'tenant',NULL,'set',NULL,NULL,NULL,'weight 3.0, cap 2',0,X'103D53E3EB88B5A38F7B0B466E5E6C25D461C6392280A28CB86D9BBC0204F06B');
INSERT INTO "event" VALUES(39,1002900,NULL,NULL,NULL,'breaker',NULL,'open',NULL,NULL,NULL,'store: the disk is full',0,X'E5194147E568E1FF303C4A643C02ED9F603436F500C7A5B2D51010E154EE5019');
INSERT INTO "event" VALUES(40,1002900,NULL,NULL,NULL,'breaker','open','closed',NULL,NULL,NULL,'store: it works again',39,X'61A34EC0B57623FA7D7E475B4F1CCFF25766159F76163C3AF8BD8847457A2A1A');
INSERT INTO "event" VALUES(41,1002900,'studio','running',NULL,'job',NULL,'planning',NULL,NULL,NULL,'{"byteCount":1,"digest":"043a718774c572bd8a25adbeb1bfcd5c0256ae11cecf9f9c3f925d0e52beaf89","displayName":"a","locator":"/a","modificationMilliseconds":1}',0,X'415A67815EC5B047ED6CA62DA77BD060A4A169A35C71EDBF65DDC72E04EBE185');
INSERT INTO "event" VALUES(42,1002900,'studio','running',0,'probe','ready','leased',1,1,'a',NULL,0,X'F64A40CA93D6284928BBB4AAFAD9EB9F530A48875AEEF5E6698526569D500CCE');
INSERT INTO "event" VALUES(43,1002900,'studio','running',0,'probe','leased','done',1,1,'a',X'1BC04B5291C26A46D918139138B992D2DE976D6851D0893B0476B85BFBDFC6E6',42,X'4AF5C460874EF8537206EFB35E9DF729B916481C8FA37B7F4A4B27EBE2B202DC');
INSERT INTO "event" VALUES(44,1002900,'studio','running',NULL,'job','planning','running',NULL,NULL,NULL,'5 units, sha256 d1eedafdbcb22a3d6901f94e098b9078f32716293b7c1d80ce34465b4799de79',41,X'7DED17773E08BAA34F98E43592DC44FA751CBB10DCB09E319579CE728D8050E2');
INSERT INTO "event" VALUES(45,1002900,'studio','running',1,'encode','ready','leased',1,1,'a',NULL,0,X'4271FEC55E3CF8CF425CF10BECD04D815C5A6C487D3AB79068CDD299155DB754');
INSERT INTO "event" VALUES(46,1002900,'studio','running',1,'encode','leased','done',1,1,'a',X'157BF688525ECC541500C18B62DBCA9A013CF575A92B331659A1DB2C51BD31A9',45,X'B10D0001AC9D098B52DC26C46041A1FE969BA3E0846AAE48996F71A0EBA66714');
INSERT INTO "event" VALUES(47,1002900,'studio','running',2,'encode','ready','leased',1,1,'a',NULL,0,X'7EF151BBDF13A2A0D16F27B284B8ABBB55273A4F1F18370FBEECBCFAE7D411B4');
INSERT INTO "event" VALUES(48,1002920,'studio','running',2,'encode','leased','leased',1,2,'b','slow',47,X'A8BB617A3C9EEE00E86545C91E43EA59E6C33B8773CF6FD02860F82B38110493');
INSERT INTO "event" VALUES(49,1002920,'default','planning',NULL,'job',NULL,'planning',NULL,NULL,NULL,'{"byteCount":1,"digest":"043a718774c572bd8a25adbeb1bfcd5c0256ae11cecf9f9c3f925d0e52beaf89","displayName":"a","locator":"/a","modificationMilliseconds":1}',0,X'B5D6C4C0F65B407B3CA565E692989B2357311F84C7CE1F2B2ADB56625B9068C0');
CREATE TABLE gate (
    id INTEGER PRIMARY KEY,
    left INTEGER NOT NULL CHECK (left >= 0),
    opened INTEGER NOT NULL DEFAULT 0 CHECK (opened = 0 OR opened = 1 AND left = 0)
) STRICT;
INSERT INTO "gate" VALUES(1048576,0,1);
INSERT INTO "gate" VALUES(1048577,0,1);
INSERT INTO "gate" VALUES(2097152,2,0);
INSERT INTO "gate" VALUES(2097153,1,0);
INSERT INTO "gate" VALUES(3145728,2,0);
INSERT INTO "gate" VALUES(3145729,1,0);
INSERT INTO "gate" VALUES(4194304,2,0);
INSERT INTO "gate" VALUES(4194305,1,0);
CREATE TABLE gate_unit (
    gate INTEGER NOT NULL, unit INTEGER NOT NULL,
    PRIMARY KEY (gate, unit),
    CHECK (gate >> 20 = unit >> 20)
) STRICT, WITHOUT ROWID;
INSERT INTO "gate_unit" VALUES(1048576,1048579);
INSERT INTO "gate_unit" VALUES(1048577,1048580);
INSERT INTO "gate_unit" VALUES(2097152,2097155);
INSERT INTO "gate_unit" VALUES(2097153,2097156);
INSERT INTO "gate_unit" VALUES(3145728,3145731);
INSERT INTO "gate_unit" VALUES(3145729,3145732);
INSERT INTO "gate_unit" VALUES(4194304,4194308);
INSERT INTO "gate_unit" VALUES(4194305,4194309);
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
INSERT INTO "job" VALUES(1,'default','finished',NULL,X'05343E9845302EB730FA9D18AC7B28D5E509893DAF1EB76EDE8D6E82D47B2DA9','ready',0,X'148DE9C5A7A44D19E56CD9AE1A554BF67847AFB0C58F6E12FA29AC7DDFCA9940','','live',0,3,1000000,1002800,NULL,NULL,NULL,5,15,'/o','{"byteCount":1,"digest":"043a718774c572bd8a25adbeb1bfcd5c0256ae11cecf9f9c3f925d0e52beaf89","displayName":"a","locator":"/a","modificationMilliseconds":1}','{"damage":"salvage","name":"p","packaging":"cmaf","schema":1,"summary":""}');
INSERT INTO "job" VALUES(2,'default','failed',NULL,X'5D28A90F4498A81461EFBAF6F628A19D9778390BB5C81A393DD936181CC3D826','failed',0,X'148DE9C5A7A44D19E56CD9AE1A554BF67847AFB0C58F6E12FA29AC7DDFCA9940','','live',0,3,1002800,1002900,'{"category":"permanent","code":"undecodable","message":"the encoder said no"}',1,'{"category":"permanent","code":"undecodable","message":"the encoder said no"}',5,27,'/o','{"byteCount":1,"digest":"043a718774c572bd8a25adbeb1bfcd5c0256ae11cecf9f9c3f925d0e52beaf89","displayName":"a","locator":"/a","modificationMilliseconds":1}','{"damage":"salvage","name":"p","packaging":"cmaf","schema":1,"summary":""}');
INSERT INTO "job" VALUES(3,'default','cancelled',NULL,X'8B47045EB7B8CA42AA967F33EE1D014BA89F8D1AC207426B482D34B5C0D90935','cancelled',0,X'148DE9C5A7A44D19E56CD9AE1A554BF67847AFB0C58F6E12FA29AC7DDFCA9940','','live',0,3,1002900,1002900,NULL,NULL,'by its owner',5,37,'/o','{"byteCount":1,"digest":"043a718774c572bd8a25adbeb1bfcd5c0256ae11cecf9f9c3f925d0e52beaf89","displayName":"a","locator":"/a","modificationMilliseconds":1}','{"damage":"salvage","name":"p","packaging":"cmaf","schema":1,"summary":""}');
INSERT INTO "job" VALUES(4,'studio','running',NULL,X'C071CF5F5ED6F884CC70155B6F05F755FD46A302D05E4261B7E92CE878BBFED8','running',0,X'148DE9C5A7A44D19E56CD9AE1A554BF67847AFB0C58F6E12FA29AC7DDFCA9940','','live',0,3,1002900,NULL,NULL,NULL,'5 units, sha256 d1eedafdbcb22a3d6901f94e098b9078f32716293b7c1d80ce34465b4799de79',6,44,'/o','{"byteCount":1,"digest":"043a718774c572bd8a25adbeb1bfcd5c0256ae11cecf9f9c3f925d0e52beaf89","displayName":"a","locator":"/a","modificationMilliseconds":1}','{"damage":"salvage","name":"p","packaging":"cmaf","schema":1,"summary":""}');
INSERT INTO "job" VALUES(5,'default','planning','upload-1',X'423614833CBDCEE4C5D05F43520D155207E5F272FDDB7225ADA6CAF7D6904DC2','planning',0,X'148DE9C5A7A44D19E56CD9AE1A554BF67847AFB0C58F6E12FA29AC7DDFCA9940','','live',5,3,1002920,NULL,NULL,NULL,NULL,1,49,'/o','{"byteCount":1,"digest":"043a718774c572bd8a25adbeb1bfcd5c0256ae11cecf9f9c3f925d0e52beaf89","displayName":"a","locator":"/a","modificationMilliseconds":1}','{"damage":"salvage","name":"p","packaging":"cmaf","schema":1,"summary":""}');
CREATE TABLE job_terms (
    job INTEGER PRIMARY KEY REFERENCES job (number),
    backfill INTEGER REFERENCES backfill (number),
    -- The digest of the receipt of an output that it may take the place of.
    replaces BLOB CHECK (length(replaces) = 32),
    -- No unit is leased from then on.
    leasable_until INTEGER
) STRICT;
CREATE TABLE ledger_head (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    sequence INTEGER NOT NULL, at INTEGER NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    -- Of the system, in start-time fair queueing.
    virtual_time REAL NOT NULL
) STRICT;
INSERT INTO "ledger_head" VALUES(1,49,1002920,X'B5D6C4C0F65B407B3CA565E692989B2357311F84C7CE1F2B2ADB56625B9068C0',1.00000000000000017759e+01);
CREATE TABLE node (
    id TEXT PRIMARY KEY, host TEXT NOT NULL, boot_id TEXT NOT NULL,
    process_id INTEGER NOT NULL, process_start TEXT NOT NULL, workers INTEGER NOT NULL,
    started_at INTEGER NOT NULL, retired_at INTEGER
) STRICT;
INSERT INTO "node" VALUES('a','h','b',1,'1',2,1000000,NULL);
INSERT INTO "node" VALUES('b','h','b',1,'1',2,1000000,NULL);
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
INSERT INTO "slot" VALUES(2,1,4194306);
INSERT INTO "slot" VALUES(2,2,4194306);
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
INSERT INTO "tenant" VALUES(1,'default',1.0,NULL,10.0,NULL,0);
INSERT INTO "tenant" VALUES(2,'studio',3.0,2,1.0333333333333335702e+01,'weight 3.0, cap 2',38);
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
        OR kind = 'probe'),
    -- The tenant's number and the class of the job: twice the number, and 1 for backfill.
    queue INTEGER NOT NULL,
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
INSERT INTO "work_unit" VALUES(1048576,NULL,'done',0,1000000,0,1,3,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,1000000,1000000,3,NULL,NULL,NULL,'default','finished','probe',2,0,1000000,1.0,1.0,1,1,0,X'BA9C736F19E7F60B7F6764ADB0B7908C0A2B394E09B6C09863528C7F2BC86095',205181114325479,NULL);
INSERT INTO "work_unit" VALUES(1048577,1048576,'done',0,1000000,0,1,3,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,1000000,1000700,6,NULL,NULL,NULL,'default','finished','encode',2,0,1000000,9.0,1.0,1,1,0,X'BB82030DBC2BCABA32A90BF2E207A84A856FC5F033B77C480836AB6F77F40F19',206167071374379,'{"encode":{"chunk":0,"renditions":["v"]}}');
INSERT INTO "work_unit" VALUES(1048578,1048576,'done',0,1000000,0,1,3,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,1000700,1001400,8,NULL,NULL,NULL,'default','finished','encode',2,0,1000000,8.0,1.0,1,1,0,X'6CA202C88E549DFF68C09BFAFBFC60B2FAC074DEBC1E6777E9BA4B6C703ED114',119443087199828,'{"encode":{"chunk":1,"renditions":["v"]}}');
INSERT INTO "work_unit" VALUES(1048579,1048577,'done',0,1001400,0,1,3,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,1001400,1002100,11,NULL,NULL,NULL,'default','finished','stitch',2,0,1000000,7.0,1.0,1,1,1,X'011E39EFE22590F4A339AD19CD180F4D855E32FEBA602D1EC8E154780838C99C',1229332668965,'{"stitch":{"rendition":"v"}}');
INSERT INTO "work_unit" VALUES(1048580,NULL,'done',0,1002100,0,1,3,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,1002100,1002800,14,NULL,NULL,NULL,'default','finished','publish',2,0,1000000,6.0,1.0,1,1,1,X'E9C981A479986215BAB0BF6C32EFEFA14852534B138C3509D8369EDD510363DA',257051672738200,'{"publish":{}}');
INSERT INTO "work_unit" VALUES(2097152,NULL,'done',0,1002800,0,1,3,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,1002800,1002800,18,NULL,NULL,NULL,'default','failed','probe',2,0,1002800,1.0,1.0,1,1,0,X'BA9C736F19E7F60B7F6764ADB0B7908C0A2B394E09B6C09863528C7F2BC86095',205181114325479,NULL);
INSERT INTO "work_unit" VALUES(2097153,2097152,'dead',0,1002850,0,2,3,4,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,1002900,1002900,23,'{"category":"permanent","code":"undecodable","message":"the encoder said no"}','{"category":"permanent","code":"undecodable","message":"the encoder said no"}','{"category":"permanent","code":"undecodable","message":"the encoder said no"}','default','failed','encode',2,0,1002800,9.0,1.0,1,1,0,X'BB82030DBC2BCABA32A90BF2E207A84A856FC5F033B77C480836AB6F77F40F19',206167071374379,'{"encode":{"chunk":0,"renditions":["v"]}}');
INSERT INTO "work_unit" VALUES(2097154,2097152,'cancelled',0,1002800,0,0,3,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,NULL,1002900,24,'unit 1 failed',NULL,'unit 1 failed','default','failed','encode',2,0,1002800,8.0,1.0,1,1,0,X'6CA202C88E549DFF68C09BFAFBFC60B2FAC074DEBC1E6777E9BA4B6C703ED114',119443087199828,'{"encode":{"chunk":1,"renditions":["v"]}}');
INSERT INTO "work_unit" VALUES(2097155,2097153,'cancelled',1,1002800,0,0,3,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,NULL,1002900,25,'unit 1 failed',NULL,'unit 1 failed','default','failed','stitch',2,0,1002800,7.0,1.0,1,1,1,X'011E39EFE22590F4A339AD19CD180F4D855E32FEBA602D1EC8E154780838C99C',1229332668965,'{"stitch":{"rendition":"v"}}');
INSERT INTO "work_unit" VALUES(2097156,NULL,'cancelled',1,1002800,0,0,3,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,NULL,1002900,26,'unit 1 failed',NULL,'unit 1 failed','default','failed','publish',2,0,1002800,6.0,1.0,1,1,1,X'E9C981A479986215BAB0BF6C32EFEFA14852534B138C3509D8369EDD510363DA',257051672738200,'{"publish":{}}');
INSERT INTO "work_unit" VALUES(3145728,NULL,'done',0,1002900,0,1,3,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,1002900,1002900,30,NULL,NULL,NULL,'default','cancelled','probe',2,0,1002900,1.0,1.0,1,1,0,X'BA9C736F19E7F60B7F6764ADB0B7908C0A2B394E09B6C09863528C7F2BC86095',205181114325479,NULL);
INSERT INTO "work_unit" VALUES(3145729,3145728,'cancelled',0,1002900,0,1,3,2,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,1002900,1002900,33,'by its owner',NULL,'by its owner','default','cancelled','encode',2,0,1002900,9.0,1.0,1,1,0,X'BB82030DBC2BCABA32A90BF2E207A84A856FC5F033B77C480836AB6F77F40F19',206167071374379,'{"encode":{"chunk":0,"renditions":["v"]}}');
INSERT INTO "work_unit" VALUES(3145730,3145728,'cancelled',0,1002900,0,0,3,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,NULL,1002900,34,'by its owner',NULL,'by its owner','default','cancelled','encode',2,0,1002900,8.0,1.0,1,1,0,X'6CA202C88E549DFF68C09BFAFBFC60B2FAC074DEBC1E6777E9BA4B6C703ED114',119443087199828,'{"encode":{"chunk":1,"renditions":["v"]}}');
INSERT INTO "work_unit" VALUES(3145731,3145729,'cancelled',1,1002900,0,0,3,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,NULL,1002900,35,'by its owner',NULL,'by its owner','default','cancelled','stitch',2,0,1002900,7.0,1.0,1,1,1,X'011E39EFE22590F4A339AD19CD180F4D855E32FEBA602D1EC8E154780838C99C',1229332668965,'{"stitch":{"rendition":"v"}}');
INSERT INTO "work_unit" VALUES(3145732,NULL,'cancelled',1,1002900,0,0,3,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,NULL,1002900,36,'by its owner',NULL,'by its owner','default','cancelled','publish',2,0,1002900,6.0,1.0,1,1,1,X'E9C981A479986215BAB0BF6C32EFEFA14852534B138C3509D8369EDD510363DA',257051672738200,'{"publish":{}}');
INSERT INTO "work_unit" VALUES(4194304,NULL,'done',0,1002900,0,1,3,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,1002900,1002900,43,NULL,NULL,NULL,'studio','running','probe',4,0,1002900,1.0,1.0,1,1,0,X'BA9C736F19E7F60B7F6764ADB0B7908C0A2B394E09B6C09863528C7F2BC86095',205181114325479,NULL);
INSERT INTO "work_unit" VALUES(4194305,4194304,'done',0,1002900,0,1,3,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,1002900,1002900,46,NULL,NULL,NULL,'studio','running','encode',4,0,1002900,9.0,1.0,1,1,0,X'BB82030DBC2BCABA32A90BF2E207A84A856FC5F033B77C480836AB6F77F40F19',206167071374379,'{"encode":{"chunk":0,"renditions":["v"]}}');
INSERT INTO "work_unit" VALUES(4194306,4194304,'leased',0,1002900,0,2,3,1,1,'a',1003900,1,2,'b',1003920,2,0,0,0,1002900,NULL,48,'slow',NULL,NULL,'studio','running','encode',4,0,1002900,8.0,1.0,1,1,0,X'6CA202C88E549DFF68C09BFAFBFC60B2FAC074DEBC1E6777E9BA4B6C703ED114',119443087199828,'{"encode":{"chunk":1,"renditions":["v"]}}');
INSERT INTO "work_unit" VALUES(4194307,4194304,'ready',0,1002900,0,0,3,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,NULL,NULL,0,NULL,NULL,NULL,'studio','running','encode',4,0,1002900,7.0,1.0,1,1,0,X'011E39EFE22590F4A339AD19CD180F4D855E32FEBA602D1EC8E154780838C99C',1229332668965,'{"encode":{"chunk":2,"renditions":["v"]}}');
INSERT INTO "work_unit" VALUES(4194308,4194305,'blocked',1,1002900,0,0,3,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,NULL,NULL,0,NULL,NULL,NULL,'studio','running','stitch',4,0,1002900,6.0,1.0,1,1,1,X'E9C981A479986215BAB0BF6C32EFEFA14852534B138C3509D8369EDD510363DA',257051672738200,'{"stitch":{"rendition":"v"}}');
INSERT INTO "work_unit" VALUES(4194309,NULL,'blocked',1,1002900,0,0,3,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,NULL,NULL,0,NULL,NULL,NULL,'studio','running','publish',4,0,1002900,5.0,1.0,1,1,1,X'5850A03E801FFB108DA1160E3373979443004B9E670ADDF33000DCA9045FA413',97103309078559,'{"publish":{}}');
INSERT INTO "work_unit" VALUES(5242880,NULL,'ready',0,1002920,0,0,3,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,NULL,NULL,0,NULL,NULL,NULL,'default','planning','probe',2,5,1002920,1.0,1.0,1,1,0,X'BA9C736F19E7F60B7F6764ADB0B7908C0A2B394E09B6C09863528C7F2BC86095',205181114325479,NULL);
CREATE UNIQUE INDEX job_content ON job (tenant, content)
    WHERE state NOT IN ('failed','cancelled') AND superseded = 0;
CREATE UNIQUE INDEX job_key ON job (tenant, key)
    WHERE key IS NOT NULL AND state NOT IN ('failed','cancelled') AND superseded = 0;
CREATE INDEX job_unfinished ON job (id) WHERE finished_at IS NULL;
CREATE INDEX job_created ON job (created_at, id);
CREATE INDEX unit_ready ON work_unit
    (queue, priority DESC, created_at, job, critical_seconds DESC)
    WHERE state = 'ready' AND delayed = 0;
CREATE INDEX unit_delayed ON work_unit (run_at) WHERE state = 'ready' AND delayed = 1;
CREATE INDEX unit_leased ON work_unit (queue) WHERE state = 'leased';
CREATE INDEX unit_made ON work_unit (id >> 26, content_key) WHERE state = 'done';
CREATE INDEX job_state ON job (state, created_at, id);
CREATE INDEX backfill_row_state ON backfill_row
    (backfill, pass, state, position, code, due, admitted, ended);
CREATE INDEX backfill_row_due ON backfill_row (backfill, pass, position) WHERE due = 1;
CREATE INDEX backfill_row_input ON backfill_row (backfill, pass, input);
CREATE INDEX backfill_row_same ON backfill_row (source, profile)
    WHERE state = 'done' OR state = 'running';
CREATE INDEX job_terms_held ON job_terms (job) WHERE leasable_until IS NOT NULL;
CREATE INDEX condemned_left ON condemned (at) WHERE removed_at IS NULL;
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
CREATE TRIGGER unit_fixed BEFORE UPDATE OF id, feeds, tenant, job, kind, work, content, content_key, queue, created_at,
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
