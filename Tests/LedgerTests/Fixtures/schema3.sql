-- A ledger of schema 3, as the build before schema 4 made it: jobs that finished, failed and were cancelled, of which the
-- last two gave up their artifacts, one that runs with a unit leased twice, and one of a backfill that is to be planned. Its
-- clock stood at 1002920.
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
INSERT INTO "backfill" VALUES(1,'c','running',NULL,'{"canary":0,"place":"","priority":0,"selection":"all","shareMaximum":1}',1.0,1,0,1002900,1002900,3,42);
CREATE TABLE backfill_profile (
    digest BLOB PRIMARY KEY CHECK (length(digest) = 32), text TEXT NOT NULL
) STRICT;
INSERT INTO "backfill_profile" VALUES(X'148DE9C5A7A44D19E56CD9AE1A554BF67847AFB0C58F6E12FA29AC7DDFCA9940','{"damage":"salvage","name":"p","packaging":"cmaf","schema":1,"summary":""}');
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
INSERT INTO "backfill_row" VALUES(1,1,0,'/in/0','/out/0','default',X'148DE9C5A7A44D19E56CD9AE1A554BF67847AFB0C58F6E12FA29AC7DDFCA9940','p',NULL,'{"title":"No. 0"}','pending',1,NULL,NULL,NULL,NULL,0,0);
INSERT INTO "backfill_row" VALUES(1,1,1,'/in/1','/out/1','default',X'148DE9C5A7A44D19E56CD9AE1A554BF67847AFB0C58F6E12FA29AC7DDFCA9940','p',NULL,'{"title":"No. 1"}','pending',1,NULL,NULL,NULL,NULL,0,0);
INSERT INTO "backfill_row" VALUES(1,1,2,'/in/2','/out/2','default',X'148DE9C5A7A44D19E56CD9AE1A554BF67847AFB0C58F6E12FA29AC7DDFCA9940','p',NULL,'{"title":"No. 2"}','pending',1,NULL,NULL,NULL,NULL,0,0);
CREATE TABLE breaker (
    key TEXT PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('open','closed')),
    generation INTEGER NOT NULL CHECK (generation > 0),
    failures INTEGER NOT NULL, retry_at INTEGER NOT NULL, reason TEXT NOT NULL,
    event INTEGER NOT NULL
) STRICT;
INSERT INTO "breaker" VALUES('store','closed',2,4,1004900,'it works again',52);
CREATE TABLE collected (
    job INTEGER PRIMARY KEY REFERENCES job (number),
    tenant TEXT NOT NULL, id TEXT NOT NULL,
    at INTEGER NOT NULL,
    note TEXT NOT NULL,
    event INTEGER NOT NULL
) STRICT;
INSERT INTO "collected" VALUES(2,'default','failed',1002900,'0 artifacts, 0 bytes',37);
INSERT INTO "collected" VALUES(3,'default','cancelled',1002900,'0 artifacts, 0 bytes',38);
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
INSERT INTO "completion" VALUES(3145728,1,1,X'1BC04B5291C26A46D918139138B992D2DE976D6851D0893B0476B85BFBDFC6E6',5,0.0,1.0,0,NULL,1002850);
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
INSERT INTO "event" VALUES(5,1000600,'default','finished',1,'encode','ready','leased',1,1,'a',NULL,0,X'B6620BEFBAF6B7A272E327977C2BCC5FB99999E7B01D3453BF81E20A4390013D');
INSERT INTO "event" VALUES(6,1000700,'default','finished',1,'encode','leased','done',1,1,'a',X'60224672957819F5E1F5D292939676AE288BF61540CFEF9EF6BB0179BE70C8A8',5,X'B786C688EE00DEEC639F4E1BC87812B4AC74DF5D564F212DE4E6DB7BED5F8037');
INSERT INTO "event" VALUES(7,1001300,'default','finished',2,'encode','ready','leased',1,1,'a',NULL,0,X'FB71E11181B57587D962A8C1B70ABABD9DE5A15D2992BA2FA1764CBE96FFC3CA');
INSERT INTO "event" VALUES(8,1001400,'default','finished',2,'encode','leased','done',1,1,'a',X'E3AA1460F88E52DB3B9A34DAA00224C55B2FFA30F60728DF84E562681F1A7E80',7,X'2F4C3CEEB1D045BB6B2DA28B2708E5B46D44A5EDE7695285C7255F2B6499B355');
INSERT INTO "event" VALUES(9,1001400,'default','finished',3,'stitch','blocked','ready',0,0,NULL,NULL,0,X'CC376CF0295CCB6D4970359558B8221071F40E9FFF1A599F39F124FC1562D1A1');
INSERT INTO "event" VALUES(10,1002000,'default','finished',3,'stitch','ready','leased',1,1,'a',NULL,9,X'65047B080144AB466A843956582FCA51B903876F9F587C34073165219D9F5098');
INSERT INTO "event" VALUES(11,1002100,'default','finished',3,'stitch','leased','done',1,1,'a',X'9AF8CD19C6F81DA17997B12F014E4AD9DC3583F2223DDD6E423A5D04E5B3BA05',10,X'DC6AE22569828DC12889D3EECE6210BE3EC4FB09343B1930DC4D662BCB086292');
INSERT INTO "event" VALUES(12,1002100,'default','finished',4,'publish','blocked','ready',0,0,NULL,NULL,0,X'A47F58CEC1FBA0AE5B887AE74CA3CFE5A6C476B953162F1ABFA55915F39267B6');
INSERT INTO "event" VALUES(13,1002700,'default','finished',4,'publish','ready','leased',1,1,'a',NULL,12,X'BA2E14F3242290A140B59EEA0D7722B9E0948E28E4BF1583A2C9DAFFF0AB7A8C');
INSERT INTO "event" VALUES(14,1002800,'default','finished',4,'publish','leased','done',1,1,'a',X'5D61AF95838C6386BE24B3028CA9BCC08BC16E38407846E2D07DBFE8D56855AF',13,X'DFD28D55699B9DD1199AF537B6E828285B2A86A8EF8A0DF0641E10AF62E4D5A7');
INSERT INTO "event" VALUES(15,1002800,'default','finished',NULL,'job','running','ready',NULL,NULL,NULL,NULL,4,X'60B9CD72D9EEC206A87AC58610FA1838A5E9CE7A43C1FFE12501BA84644D3DBC');
INSERT INTO "event" VALUES(16,1002800,'default','failed',NULL,'job',NULL,'planning',NULL,NULL,NULL,'{"byteCount":1,"digest":"043a718774c572bd8a25adbeb1bfcd5c0256ae11cecf9f9c3f925d0e52beaf89","displayName":"a","locator":"/a","modificationMilliseconds":1}',0,X'E2B7C1FF32508BC4C78731CD93939B9877774A88E4E2EA287C055C1AF472D3FC');
INSERT INTO "event" VALUES(17,1002800,'default','failed',0,'probe','ready','leased',1,1,'a',NULL,0,X'A2800425D6FB5F8D90E29D0D322F83983F9D66FF67BF6C0FD6B9B4C0B802135D');
INSERT INTO "event" VALUES(18,1002800,'default','failed',0,'probe','leased','done',1,1,'a',X'1BC04B5291C26A46D918139138B992D2DE976D6851D0893B0476B85BFBDFC6E6',17,X'5B628DA148E7A4A0B0560C55845E920CD607F3E60E9E8B8935AEA14F28E6658B');
INSERT INTO "event" VALUES(19,1002800,'default','failed',NULL,'job','planning','running',NULL,NULL,NULL,'4 units, sha256 da8aa8a436e2e74362f33db9d39a5a07361a3d848746a5ca435a0901b85eb5c8',16,X'5FD6025F5F29D4C9133ED1FE9104530E3034C52F9BDDCA7E840BE822D9A7165A');
INSERT INTO "event" VALUES(20,1002800,'default','failed',1,'encode','ready','leased',1,1,'a',NULL,0,X'0AF5F5023A9A8D4205F3225901D61401B6F7EB57E9446D7EFCA65656EA97B3EF');
INSERT INTO "event" VALUES(21,1002800,'default','failed',1,'encode','leased','ready',2,1,'a','test',20,X'03D26B9D619684AF90C84440E5BB1636A24D0136CC79A4ED5E821873E19DC2FC');
INSERT INTO "event" VALUES(22,1002850,'default','failed',1,'encode','ready','leased',3,2,'a',NULL,21,X'F78BBCDB9B58E657F2F32252C0E91D31CE003770FDF247FCFC9FF79BEE1D29B3');
INSERT INTO "event" VALUES(23,1002850,'default','failed',1,'encode','leased','dead',4,2,'a','{"category":"permanent","code":"undecodable","message":"The pictures cannot be decoded."}',22,X'FD02961800774DA9135CC3E63AA47004FBF6F00AE904FDED1CDEB558C6228F85');
INSERT INTO "event" VALUES(24,1002850,'default','failed',2,'encode','ready','cancelled',0,0,NULL,'unit 1 failed',0,X'84E20D1C66723FCBFFCDC1C142BBDC1A08EEF381F64F78ECEE8D24D5FD848375');
INSERT INTO "event" VALUES(25,1002850,'default','failed',3,'stitch','blocked','cancelled',0,0,NULL,'unit 1 failed',0,X'431842F419DA048C5A26D5AD3D7B47E901073C3D839E884EA68771F91B0FD49D');
INSERT INTO "event" VALUES(26,1002850,'default','failed',4,'publish','blocked','cancelled',0,0,NULL,'unit 1 failed',0,X'7D6D493805257CFB891C5A01AB2DED57BD397FFCDD82EF82C5DB36651B7ECE84');
INSERT INTO "event" VALUES(27,1002850,'default','failed',NULL,'job','running','failed',NULL,NULL,NULL,'{"category":"permanent","code":"undecodable","message":"The pictures cannot be decoded."}',19,X'2E88CDD391B412E3AFB34CF01168E1C2C36EFB60EA89552F6394B5E35474B287');
INSERT INTO "event" VALUES(28,1002850,'default','cancelled',NULL,'job',NULL,'planning',NULL,NULL,NULL,'{"byteCount":1,"digest":"043a718774c572bd8a25adbeb1bfcd5c0256ae11cecf9f9c3f925d0e52beaf89","displayName":"a","locator":"/a","modificationMilliseconds":1}',0,X'FE1E941E22B73456C920C498991CA6BBA8C65FE4DA60DAC9296B33AECC873B5A');
INSERT INTO "event" VALUES(29,1002850,'default','cancelled',0,'probe','ready','leased',1,1,'a',NULL,0,X'537D982D6E8510B9512A81E99C681D7C53C4D5077FFAE8127D3514F2386626D1');
INSERT INTO "event" VALUES(30,1002850,'default','cancelled',0,'probe','leased','done',1,1,'a',X'1BC04B5291C26A46D918139138B992D2DE976D6851D0893B0476B85BFBDFC6E6',29,X'C2A0894919BFBAC73FE2C616671D959DD5684BBFC59D94267E7AEDA837825E97');
INSERT INTO "event" VALUES(31,1002850,'default','cancelled',NULL,'job','planning','running',NULL,NULL,NULL,'4 units, sha256 da8aa8a436e2e74362f33db9d39a5a07361a3d848746a5ca435a0901b85eb5c8',28,X'E106065301D708B080A21E5A87C8EA006893A896EAEDB25DBCDDD00B1FE7C180');
INSERT INTO "event" VALUES(32,1002850,'default','cancelled',1,'encode','ready','cancelled',0,0,NULL,'enough',0,X'0EAC5F60CA423622B756D8F48A520A273B97AE4FD3E15EAD6351511C6E2EC7E0');
INSERT INTO "event" VALUES(33,1002850,'default','cancelled',2,'encode','ready','cancelled',0,0,NULL,'enough',0,X'33D521191DB7269AC695ED06B8E01B5D0B6C81E3E762445D1819F3B609EAC85F');
INSERT INTO "event" VALUES(34,1002850,'default','cancelled',3,'stitch','blocked','cancelled',0,0,NULL,'enough',0,X'FC58A59DA2E262B37DE4636ED9B3D3A2EF469088BED15F44B6A781CB3A2D19D4');
INSERT INTO "event" VALUES(35,1002850,'default','cancelled',4,'publish','blocked','cancelled',0,0,NULL,'enough',0,X'9C5A1C0259B3D3E54DCDFB739388A7FD4B452D5994AF51199F1C795F83177EAB');
INSERT INTO "event" VALUES(36,1002850,'default','cancelled',NULL,'job','running','cancelled',NULL,NULL,NULL,'enough',31,X'606CE39EEC7AEE61DC3B217C3566539F9AA08A3A5D54E495B700405F47C022E2');
INSERT INTO "event" VALUES(37,1002900,'default','failed',NULL,'artifacts',NULL,'collected',NULL,NULL,NULL,'0 artifacts, 0 bytes',0,X'4162EFAA9A6490F9CDA390FA9B92D4B303195EADB7857A5DAF9512B728CA8F0E');
INSERT INTO "event" VALUES(38,1002900,'default','cancelled',NULL,'artifacts',NULL,'collected',NULL,NULL,NULL,'0 artifacts, 0 bytes',0,X'90CC8C80E1FAE5B4C02681A2182DEBD20DC343E08150AFD07717803F47B92947');
INSERT INTO "event" VALUES(39,1002900,'default',NULL,NULL,'tenant',NULL,'set',NULL,NULL,NULL,'weight 2.0, cap 8',0,X'CE05AF0BB59A5DE2B4E5B38CC0FD545477B8912C15CB426BAB294A4F2A8865CF');
INSERT INTO "event" VALUES(40,1002900,NULL,NULL,NULL,'backfill',NULL,'planned',NULL,NULL,NULL,'c',0,X'D788F40B701A9226125ADA4F86EB5DA1FED81DD24B23023346C2244E5AF69842');
INSERT INTO "event" VALUES(41,1002900,NULL,NULL,NULL,'backfill','planned','planned',NULL,NULL,NULL,'c',40,X'A4F7528FCE6DC64603FF4ED22BBA9C21A4571C449F73D3E189EF2C983A3AB193');
INSERT INTO "event" VALUES(42,1002900,NULL,NULL,NULL,'backfill','planned','running',NULL,NULL,NULL,'c',41,X'4DBBE491CD6BBA12B857BA8A0908422C261F75929AFE7CBE989DC46D84CEA10B');
INSERT INTO "event" VALUES(43,1002900,'default','running',NULL,'job',NULL,'planning',NULL,NULL,NULL,'{"byteCount":1,"digest":"043a718774c572bd8a25adbeb1bfcd5c0256ae11cecf9f9c3f925d0e52beaf89","displayName":"a","locator":"/a","modificationMilliseconds":1}',0,X'094F2FDA8DB82F6572FE2F2FEFF80712D3216C8D16FD3EFAC6500F4310CC73DB');
INSERT INTO "event" VALUES(44,1002900,'default','running',0,'probe','ready','leased',1,1,'a',NULL,0,X'11D589ECD5DB4B3B442C2012EBB20CCA983722DAE479B7F2619C4443F3483CD9');
INSERT INTO "event" VALUES(45,1002900,'default','running',0,'probe','leased','done',1,1,'a',X'1BC04B5291C26A46D918139138B992D2DE976D6851D0893B0476B85BFBDFC6E6',44,X'0BDDB6C8CE037184F5F7F6F0ECAFED56A6567C74BDC822C461FF612EB307A287');
INSERT INTO "event" VALUES(46,1002900,'default','running',NULL,'job','planning','running',NULL,NULL,NULL,'5 units, sha256 d1eedafdbcb22a3d6901f94e098b9078f32716293b7c1d80ce34465b4799de79',43,X'E3E5BD040C0E6FB5DAD6EECF8A416F97D1BFA77BAE92913BBD49DC4C3EC3AA90');
INSERT INTO "event" VALUES(47,1002900,'default','running',1,'encode','ready','leased',1,1,'a',NULL,0,X'5CAB91E36EF1366B88CBB14F87FEBDBEA49119FCDD3A427570EA5DFA6F22430B');
INSERT INTO "event" VALUES(48,1002900,'default','running',1,'encode','leased','done',1,1,'a',X'157BF688525ECC541500C18B62DBCA9A013CF575A92B331659A1DB2C51BD31A9',47,X'4130DD8E539DD7B2D319A328E42D0568D11730B8E189785AA0B5BED05925CBE8');
INSERT INTO "event" VALUES(49,1002900,'default','running',2,'encode','ready','leased',1,1,'a',NULL,0,X'EFBC90A0B604C3DD21F7CFDAEF6433EC88582123201986397EDF3CEB94A0B461');
INSERT INTO "event" VALUES(50,1002900,'default','running',2,'encode','leased','leased',1,2,'b','slow',49,X'FA1D0FC73FD97BD3ED1367B7B5134D6DD4E0F6C00D6CFE00D0D6E646DFFD33C0');
INSERT INTO "event" VALUES(51,1002900,NULL,NULL,NULL,'breaker',NULL,'open',NULL,NULL,NULL,'store: no',0,X'26A267B6AD156FF0BC8CE0AE3B76AD262795D12DAEE6ECBA70DCD54CE46977F3');
INSERT INTO "event" VALUES(52,1002900,NULL,NULL,NULL,'breaker','open','closed',NULL,NULL,NULL,'store: it works again',51,X'375B13B0F8C9FB177BC7756E7377322DD0685BD2ECAA75AC5DD3727A97F7968B');
INSERT INTO "event" VALUES(53,1002900,'default','planning',NULL,'job',NULL,'planning',NULL,NULL,NULL,'{"byteCount":1,"digest":"043a718774c572bd8a25adbeb1bfcd5c0256ae11cecf9f9c3f925d0e52beaf89","displayName":"a","locator":"/a","modificationMilliseconds":1}',0,X'63244048CA724C43FE7F921CAEF9917B65C3A68FB039D871370D1F0A18220013');
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
INSERT INTO "job" VALUES(2,'default','failed',NULL,X'5D28A90F4498A81461EFBAF6F628A19D9778390BB5C81A393DD936181CC3D826','failed',0,X'148DE9C5A7A44D19E56CD9AE1A554BF67847AFB0C58F6E12FA29AC7DDFCA9940','','live',0,3,1002800,1002850,'{"category":"permanent","code":"undecodable","message":"The pictures cannot be decoded."}',1,'{"category":"permanent","code":"undecodable","message":"The pictures cannot be decoded."}',5,27,'/o','{"byteCount":1,"digest":"043a718774c572bd8a25adbeb1bfcd5c0256ae11cecf9f9c3f925d0e52beaf89","displayName":"a","locator":"/a","modificationMilliseconds":1}','{"damage":"salvage","name":"p","packaging":"cmaf","schema":1,"summary":""}');
INSERT INTO "job" VALUES(3,'default','cancelled',NULL,X'8B47045EB7B8CA42AA967F33EE1D014BA89F8D1AC207426B482D34B5C0D90935','cancelled',0,X'148DE9C5A7A44D19E56CD9AE1A554BF67847AFB0C58F6E12FA29AC7DDFCA9940','','live',0,3,1002850,1002850,NULL,NULL,'enough',5,36,'/o','{"byteCount":1,"digest":"043a718774c572bd8a25adbeb1bfcd5c0256ae11cecf9f9c3f925d0e52beaf89","displayName":"a","locator":"/a","modificationMilliseconds":1}','{"damage":"salvage","name":"p","packaging":"cmaf","schema":1,"summary":""}');
INSERT INTO "job" VALUES(4,'default','running',NULL,X'C071CF5F5ED6F884CC70155B6F05F755FD46A302D05E4261B7E92CE878BBFED8','running',0,X'148DE9C5A7A44D19E56CD9AE1A554BF67847AFB0C58F6E12FA29AC7DDFCA9940','','live',0,3,1002900,NULL,NULL,NULL,'5 units, sha256 d1eedafdbcb22a3d6901f94e098b9078f32716293b7c1d80ce34465b4799de79',6,46,'/o','{"byteCount":1,"digest":"043a718774c572bd8a25adbeb1bfcd5c0256ae11cecf9f9c3f925d0e52beaf89","displayName":"a","locator":"/a","modificationMilliseconds":1}','{"damage":"salvage","name":"p","packaging":"cmaf","schema":1,"summary":""}');
INSERT INTO "job" VALUES(5,'default','planning',NULL,X'423614833CBDCEE4C5D05F43520D155207E5F272FDDB7225ADA6CAF7D6904DC2','planning',0,X'148DE9C5A7A44D19E56CD9AE1A554BF67847AFB0C58F6E12FA29AC7DDFCA9940','','backfill',0,3,1002900,NULL,NULL,NULL,NULL,1,53,'/o','{"byteCount":1,"digest":"043a718774c572bd8a25adbeb1bfcd5c0256ae11cecf9f9c3f925d0e52beaf89","displayName":"a","locator":"/a","modificationMilliseconds":1}','{"damage":"salvage","name":"p","packaging":"cmaf","schema":1,"summary":""}');
CREATE TABLE job_terms (
    job INTEGER PRIMARY KEY REFERENCES job (number),
    backfill INTEGER REFERENCES backfill (number),
    -- The digest of the receipt of an output that it may take the place of.
    replaces BLOB CHECK (length(replaces) = 32),
    -- No unit is leased from then on.
    leasable_until INTEGER
) STRICT;
INSERT INTO "job_terms" VALUES(5,1,NULL,NULL);
CREATE TABLE ledger_head (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    sequence INTEGER NOT NULL, at INTEGER NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    -- Of the system, in start-time fair queueing.
    virtual_time REAL NOT NULL
) STRICT;
INSERT INTO "ledger_head" VALUES(1,53,1002900,X'63244048CA724C43FE7F921CAEF9917B65C3A68FB039D871370D1F0A18220013',10.5);
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
INSERT INTO "slot" VALUES(1,1,4194306);
INSERT INTO "slot" VALUES(1,2,4194306);
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
INSERT INTO "tenant" VALUES(1,'default',2.0,8,11.0,'weight 2.0, cap 8',39);
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
INSERT INTO "work_unit" VALUES(1048577,1048576,'done',0,1000000,0,1,3,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,1000600,1000700,6,NULL,NULL,NULL,'default','finished','encode',2,0,1000000,9.0,1.0,1,1,0,X'BB82030DBC2BCABA32A90BF2E207A84A856FC5F033B77C480836AB6F77F40F19',206167071374379,'{"encode":{"chunk":0,"renditions":["v"]}}');
INSERT INTO "work_unit" VALUES(1048578,1048576,'done',0,1000000,0,1,3,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,1001300,1001400,8,NULL,NULL,NULL,'default','finished','encode',2,0,1000000,8.0,1.0,1,1,0,X'6CA202C88E549DFF68C09BFAFBFC60B2FAC074DEBC1E6777E9BA4B6C703ED114',119443087199828,'{"encode":{"chunk":1,"renditions":["v"]}}');
INSERT INTO "work_unit" VALUES(1048579,1048577,'done',0,1001400,0,1,3,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,1002000,1002100,11,NULL,NULL,NULL,'default','finished','stitch',2,0,1000000,7.0,1.0,1,1,1,X'011E39EFE22590F4A339AD19CD180F4D855E32FEBA602D1EC8E154780838C99C',1229332668965,'{"stitch":{"rendition":"v"}}');
INSERT INTO "work_unit" VALUES(1048580,NULL,'done',0,1002100,0,1,3,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,1002700,1002800,14,NULL,NULL,NULL,'default','finished','publish',2,0,1000000,6.0,1.0,1,1,1,X'E9C981A479986215BAB0BF6C32EFEFA14852534B138C3509D8369EDD510363DA',257051672738200,'{"publish":{}}');
INSERT INTO "work_unit" VALUES(2097152,NULL,'done',0,1002800,0,1,3,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,1002800,1002800,18,NULL,NULL,NULL,'default','failed','probe',2,0,1002800,1.0,1.0,1,1,0,X'BA9C736F19E7F60B7F6764ADB0B7908C0A2B394E09B6C09863528C7F2BC86095',205181114325479,NULL);
INSERT INTO "work_unit" VALUES(2097153,2097152,'dead',0,1002810,0,2,3,4,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,1,0,1002850,1002850,23,'{"category":"permanent","code":"undecodable","message":"The pictures cannot be decoded."}','{"category":"permanent","code":"undecodable","message":"The pictures cannot be decoded."}','{"category":"permanent","code":"undecodable","message":"The pictures cannot be decoded."}','default','failed','encode',2,0,1002800,9.0,1.0,1,1,0,X'BB82030DBC2BCABA32A90BF2E207A84A856FC5F033B77C480836AB6F77F40F19',206167071374379,'{"encode":{"chunk":0,"renditions":["v"]}}');
INSERT INTO "work_unit" VALUES(2097154,2097152,'cancelled',0,1002800,0,0,3,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,NULL,1002850,24,'unit 1 failed',NULL,'unit 1 failed','default','failed','encode',2,0,1002800,8.0,1.0,1,1,0,X'6CA202C88E549DFF68C09BFAFBFC60B2FAC074DEBC1E6777E9BA4B6C703ED114',119443087199828,'{"encode":{"chunk":1,"renditions":["v"]}}');
INSERT INTO "work_unit" VALUES(2097155,2097153,'cancelled',1,1002800,0,0,3,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,NULL,1002850,25,'unit 1 failed',NULL,'unit 1 failed','default','failed','stitch',2,0,1002800,7.0,1.0,1,1,1,X'011E39EFE22590F4A339AD19CD180F4D855E32FEBA602D1EC8E154780838C99C',1229332668965,'{"stitch":{"rendition":"v"}}');
INSERT INTO "work_unit" VALUES(2097156,NULL,'cancelled',1,1002800,0,0,3,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,NULL,1002850,26,'unit 1 failed',NULL,'unit 1 failed','default','failed','publish',2,0,1002800,6.0,1.0,1,1,1,X'E9C981A479986215BAB0BF6C32EFEFA14852534B138C3509D8369EDD510363DA',257051672738200,'{"publish":{}}');
INSERT INTO "work_unit" VALUES(3145728,NULL,'done',0,1002850,0,1,3,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,1002850,1002850,30,NULL,NULL,NULL,'default','cancelled','probe',2,0,1002850,1.0,1.0,1,1,0,X'BA9C736F19E7F60B7F6764ADB0B7908C0A2B394E09B6C09863528C7F2BC86095',205181114325479,NULL);
INSERT INTO "work_unit" VALUES(3145729,3145728,'cancelled',0,1002850,0,0,3,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,NULL,1002850,32,'enough',NULL,'enough','default','cancelled','encode',2,0,1002850,9.0,1.0,1,1,0,X'BB82030DBC2BCABA32A90BF2E207A84A856FC5F033B77C480836AB6F77F40F19',206167071374379,'{"encode":{"chunk":0,"renditions":["v"]}}');
INSERT INTO "work_unit" VALUES(3145730,3145728,'cancelled',0,1002850,0,0,3,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,NULL,1002850,33,'enough',NULL,'enough','default','cancelled','encode',2,0,1002850,8.0,1.0,1,1,0,X'6CA202C88E549DFF68C09BFAFBFC60B2FAC074DEBC1E6777E9BA4B6C703ED114',119443087199828,'{"encode":{"chunk":1,"renditions":["v"]}}');
INSERT INTO "work_unit" VALUES(3145731,3145729,'cancelled',1,1002850,0,0,3,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,NULL,1002850,34,'enough',NULL,'enough','default','cancelled','stitch',2,0,1002850,7.0,1.0,1,1,1,X'011E39EFE22590F4A339AD19CD180F4D855E32FEBA602D1EC8E154780838C99C',1229332668965,'{"stitch":{"rendition":"v"}}');
INSERT INTO "work_unit" VALUES(3145732,NULL,'cancelled',1,1002850,0,0,3,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,NULL,1002850,35,'enough',NULL,'enough','default','cancelled','publish',2,0,1002850,6.0,1.0,1,1,1,X'E9C981A479986215BAB0BF6C32EFEFA14852534B138C3509D8369EDD510363DA',257051672738200,'{"publish":{}}');
INSERT INTO "work_unit" VALUES(4194304,NULL,'done',0,1002900,0,1,3,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,1002900,1002900,45,NULL,NULL,NULL,'default','running','probe',2,0,1002900,1.0,1.0,1,1,0,X'BA9C736F19E7F60B7F6764ADB0B7908C0A2B394E09B6C09863528C7F2BC86095',205181114325479,NULL);
INSERT INTO "work_unit" VALUES(4194305,4194304,'done',0,1002900,0,1,3,1,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,1002900,1002900,48,NULL,NULL,NULL,'default','running','encode',2,0,1002900,9.0,1.0,1,1,0,X'BB82030DBC2BCABA32A90BF2E207A84A856FC5F033B77C480836AB6F77F40F19',206167071374379,'{"encode":{"chunk":0,"renditions":["v"]}}');
INSERT INTO "work_unit" VALUES(4194306,4194304,'leased',0,1002900,0,2,3,1,1,'a',1062900,1,2,'b',1062900,2,0,0,0,1002900,NULL,50,'slow',NULL,NULL,'default','running','encode',2,0,1002900,8.0,1.0,1,1,0,X'6CA202C88E549DFF68C09BFAFBFC60B2FAC074DEBC1E6777E9BA4B6C703ED114',119443087199828,'{"encode":{"chunk":1,"renditions":["v"]}}');
INSERT INTO "work_unit" VALUES(4194307,4194304,'ready',0,1002900,0,0,3,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,NULL,NULL,0,NULL,NULL,NULL,'default','running','encode',2,0,1002900,7.0,1.0,1,1,0,X'011E39EFE22590F4A339AD19CD180F4D855E32FEBA602D1EC8E154780838C99C',1229332668965,'{"encode":{"chunk":2,"renditions":["v"]}}');
INSERT INTO "work_unit" VALUES(4194308,4194305,'blocked',1,1002900,0,0,3,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,NULL,NULL,0,NULL,NULL,NULL,'default','running','stitch',2,0,1002900,6.0,1.0,1,1,1,X'E9C981A479986215BAB0BF6C32EFEFA14852534B138C3509D8369EDD510363DA',257051672738200,'{"stitch":{"rendition":"v"}}');
INSERT INTO "work_unit" VALUES(4194309,NULL,'blocked',1,1002900,0,0,3,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,NULL,NULL,0,NULL,NULL,NULL,'default','running','publish',2,0,1002900,5.0,1.0,1,1,1,X'5850A03E801FFB108DA1160E3373979443004B9E670ADDF33000DCA9045FA413',97103309078559,'{"publish":{}}');
INSERT INTO "work_unit" VALUES(5242880,NULL,'ready',0,1002900,0,0,3,0,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0,0,NULL,NULL,0,NULL,NULL,NULL,'default','planning','probe',3,0,1002900,1.0,1.0,1,1,0,X'BA9C736F19E7F60B7F6764ADB0B7908C0A2B394E09B6C09863528C7F2BC86095',205181114325479,NULL);
CREATE UNIQUE INDEX job_content ON job (tenant, content)
    WHERE state NOT IN ('failed','cancelled') AND superseded = 0;
CREATE UNIQUE INDEX job_key ON job (tenant, key)
    WHERE key IS NOT NULL AND state NOT IN ('failed','cancelled') AND superseded = 0;
CREATE INDEX job_unfinished ON job (id) WHERE finished_at IS NULL;
CREATE INDEX job_created ON job (created_at, id);
CREATE INDEX job_state ON job (state, created_at, id);
CREATE INDEX unit_ready ON work_unit
    (queue, priority DESC, created_at, job, critical_seconds DESC)
    WHERE state = 'ready' AND delayed = 0;
CREATE INDEX unit_delayed ON work_unit (run_at) WHERE state = 'ready' AND delayed = 1;
CREATE INDEX unit_leased ON work_unit (queue) WHERE state = 'leased';
CREATE INDEX unit_made ON work_unit (id >> 26, content_key) WHERE state = 'done';
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
