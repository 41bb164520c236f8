#include "projects/vault.h"

#include "projects/key_rotation.h"
#include "projects/projects_fixture.h"

namespace tenon {
namespace {

class VaultTest : public ProjectsFixture {
 protected:
    static SealContext place(const std::string& row = "row-1") {
        return {"credentials", row, "sealed"};
    }

    std::vector<Row> data_keys() {
        return *in_transaction([](Connection& tx) {
            return tx.query(
                "SELECT project_id, key_id, wrapped_key, master_key_id, generation"
                " FROM project_data_keys ORDER BY project_id, generation");
        });
    }

    Ok execute(const std::string& sql, const std::vector<SqlValue>& parameters = {}) {
        return in_transaction([&](Connection& tx) -> Ok {
            RETURN_IF_ERROR(tx.execute(sql, parameters));
            return {};
        });
    }

    Ok check(const MasterKeys& keys) {
        return run_task(check_master_keys(database(), keys, clock));
    }
};
INSTANTIATE_ON_BOTH_ENGINES(VaultTest);

TEST_P(VaultTest, KnowsWhetherADatabaseHasAMasterKeyBeforeAndAfterItsTablesAreThere) {
    EXPECT_FALSE(*run_task(has_master_key(database())));
    ASSERT_TRUE(check(master_keys));
    EXPECT_TRUE(*run_task(has_master_key(database())));
    EXPECT_TRUE(run_task(judge_master_keys(database(), master_keys)));
    const Ok wrong = run_task(judge_master_keys(database(), MasterKeys::random()));
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().code, "vault.wrong_master_key");

    for (const char* table : {"project_data_keys", "master_key_checks"}) {
        ASSERT_TRUE(execute(std::string("DROP TABLE ") + table));
    }
    EXPECT_FALSE(*run_task(has_master_key(database())));
    EXPECT_TRUE(run_task(judge_master_keys(database(), MasterKeys::random())));
}

TEST_P(VaultTest, OpensWhatItSealed) {
    const auto keys = keys_of(given_project());
    for (const std::string& text : {std::string(), std::string("s3cret"), std::string(70'000, 'x'),
                                    std::string("\0\xff binary", 9)}) {
        const std::string sealed = keys->seal(place(), Secret(text));
        EXPECT_EQ(sealed.size(), text.size() + 1 + 16 + 12 + 16);
        const auto opened = keys->open(place(), sealed);
        ASSERT_TRUE(opened) << opened.error().message;
        EXPECT_EQ(opened->reveal(), text);
    }
}

TEST_P(VaultTest, SealsTheSameValueDifferentlyEachTime) {
    const auto keys = keys_of(given_project());
    EXPECT_NE(keys->seal(place(), Secret("same")), keys->seal(place(), Secret("same")));
}

TEST_P(VaultTest, RefusesAChangedBitInAnyByte) {
    const auto keys = keys_of(given_project());
    const std::string sealed = keys->seal(place(), Secret("s3cret"));
    for (std::size_t byte = 0; byte < sealed.size(); ++byte) {
        std::string changed = sealed;
        changed[byte] = static_cast<char>(changed[byte] ^ (1 << (byte % 8)));
        const auto opened = keys->open(place(), changed);
        ASSERT_FALSE(opened) << "byte " << byte;
        EXPECT_EQ(opened.error().kind, ErrorKind::internal);
        EXPECT_EQ(opened.error().message.find("s3cret"), std::string::npos);
    }
}

TEST_P(VaultTest, RefusesEveryTruncation) {
    const auto keys = keys_of(given_project());
    const std::string sealed = keys->seal(place(), Secret("s3cret"));
    for (std::size_t size = 0; size < sealed.size(); ++size) {
        EXPECT_FALSE(keys->open(place(), std::string_view(sealed).substr(0, size)));
    }
}

TEST_P(VaultTest, RefusesAValueThatWasMovedElsewhere) {
    const ProjectId project = given_project();
    const ProjectId other = given_project("Other");
    const auto keys = keys_of(project);
    const std::string sealed = keys->seal(place(), Secret("s3cret"));
    const auto moved = keys->open(place("row-2"), sealed);
    ASSERT_FALSE(moved);
    EXPECT_EQ(moved.error().code, "vault.tampered");
    EXPECT_EQ(moved.error().message,
              "The sealed value credentials.sealed of row row-2 is damaged or was moved.");
    EXPECT_FALSE(keys->open({"integrations", "row-1", "sealed"}, sealed));
    EXPECT_FALSE(keys->open({"credentials", "row-1", "other"}, sealed));
    EXPECT_FALSE(keys->open({"credentials.", "row-1", "sealed"}, sealed));
    const auto foreign = keys_of(other)->open(place(), sealed);
    ASSERT_FALSE(foreign);
    EXPECT_EQ(foreign.error().code, "vault.key_unknown");
}

TEST_P(VaultTest, KeepsItsKeysOverARestart) {
    const ProjectId project = given_project();
    const std::string sealed = keys_of(project)->seal(place(), Secret("s3cret"));
    open_services(master_keys);
    EXPECT_EQ(vault->cached_keys(project), nullptr);
    EXPECT_EQ(keys_of(project)->open(place(), sealed)->reveal(), "s3cret");
    EXPECT_NE(vault->cached_keys(project), nullptr);
    EXPECT_EQ(data_keys().size(), 1U);
}

TEST_P(VaultTest, ReadsItsKeysAgainAfterHalfAMinute) {
    const ProjectId project = given_project();
    const auto keys = keys_of(project);
    clock.advance(Seconds(29));
    EXPECT_EQ(vault->cached_keys(project), keys);
    clock.advance(Seconds(1));
    EXPECT_EQ(vault->cached_keys(project), nullptr);
    EXPECT_NE(keys_of(project), nullptr);
}

TEST_P(VaultTest, TwoNodesMakeOneFirstKey) {
    const ProjectId project = given_project();
    const auto other_node = make_vault(database(), master_keys, clock);
    std::shared_ptr<const ProjectKeys> theirs;
    std::thread other([&] { theirs = *run_task(other_node->keys(project)); });
    const auto ours = keys_of(project);
    other.join();
    EXPECT_EQ(theirs->open(place(), ours->seal(place(), Secret("s3cret")))->reveal(), "s3cret");
    EXPECT_EQ(data_keys().size(), 1U);
}

TEST_P(VaultTest, HasNoKeysForAProjectThatIsNotThere) {
    const auto keys = run_task(vault->keys(ProjectId::random()));
    ASSERT_FALSE(keys);
    EXPECT_EQ(keys.error().kind, ErrorKind::not_found);
    EXPECT_TRUE(data_keys().empty());
}

TEST_P(VaultTest, RefusesAWrappedKeyThatWasChangedOrMoved) {
    const ProjectId project = given_project();
    const ProjectId other = given_project("Other");
    keys_of(project);
    keys_of(other);
    const auto rows = data_keys();
    ASSERT_TRUE(execute("UPDATE project_data_keys SET wrapped_key = $1 WHERE project_id = $2",
                        {Bytes{rows[0].bytes(2)}, rows[1].text(0)}));
    open_services(master_keys);
    const ProjectId moved = *ProjectId::parse(rows[1].text(0));
    const auto keys = run_task(vault->keys(moved));
    ASSERT_FALSE(keys);
    EXPECT_EQ(keys.error().code, "vault.tampered");
    // The other project goes on.
    EXPECT_NE(keys_of(moved == project ? other : project), nullptr);
}

TEST_P(VaultTest, FingerprintsTellValuesApartAndNothingElse) {
    const auto keys = keys_of(given_project());
    const auto others = keys_of(given_project("Other"));
    const std::string one = keys->fingerprint(place(), Secret("one"));
    EXPECT_EQ(one, keys->fingerprint(place("row-2"), Secret("one")));
    EXPECT_NE(one, keys->fingerprint(place(), Secret("two")));
    EXPECT_NE(one, others->fingerprint(place(), Secret("one")));
    EXPECT_EQ(one.size(), 32U);
}

TEST_P(VaultTest, NoticesAWrongMasterKeyAtStart) {
    ASSERT_TRUE(check(master_keys));
    ASSERT_TRUE(check(master_keys));
    const MasterKeys wrong = MasterKeys::random();
    const Ok refused = check(wrong);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "vault.wrong_master_key");
    EXPECT_TRUE(refused.error().message.starts_with("The master key \"" + wrong.current().id +
                                                    "\" does not open this database."));
    // Nothing was written by the refused start.
    const auto checks = in_transaction(
        [](Connection& tx) { return tx.query("SELECT master_key_id FROM master_key_checks"); });
    EXPECT_EQ(checks->size(), 1U);
    EXPECT_TRUE(check(master_keys));
}

TEST_P(VaultTest, NoticesAMasterKeyOfTheSameNameWithOtherBytes) {
    ASSERT_TRUE(check(master_keys));
    const Secret text = MasterKeys::random().text();
    std::string renamed(text.reveal());
    const std::size_t begin = renamed.find("\"id\": \"") + 7;
    renamed.replace(begin, renamed.find('"', begin) - begin, master_keys.current().id);
    const Ok refused = check(*MasterKeys::parse(Secret(renamed)));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "vault.wrong_master_key");
}

// ---- rotation ----

class RotationTest : public VaultTest {
 protected:
    void SetUp() override {
        VaultTest::SetUp();
        master_keys = *load_or_create_master_keys(key_file);
        open_services(master_keys);
        ASSERT_TRUE(check(master_keys));
        for (int i = 0; i < 5; ++i) {
            sealed_projects.push_back(given_project("Project " + std::to_string(i)));
            sealed.push_back(keys_of(sealed_projects.back())->seal(place(), Secret("s3cret")));
        }
    }

    Result<RotationReport> rotate(RotationOptions options = {}) {
        return run_task(rotate_master_key(database(), key_file, clock, options));
    }
    void expect_all_open() {
        for (std::size_t i = 0; i < sealed.size(); ++i) {
            const auto opened = keys_of(sealed_projects[i])->open(place(), sealed[i]);
            ASSERT_TRUE(opened) << opened.error().message;
            EXPECT_EQ(opened->reveal(), "s3cret");
        }
    }

    TemporaryFolder folder;
    std::filesystem::path key_file = folder.path() / "keys.json";
    std::vector<ProjectId> sealed_projects;
    std::vector<std::string> sealed;
};
INSTANTIATE_ON_BOTH_ENGINES(RotationTest);

TEST_P(RotationTest, RewrapsInBatchesAndRetiresTheOldKey) {
    const auto report = rotate({.batch_rows = 2});
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(report->rewrapped_keys, 5);
    EXPECT_EQ(report->retired, std::vector<std::string>{master_keys.current().id});
    const MasterKeys after = *read_master_keys(key_file);
    ASSERT_EQ(after.all().size(), 1U);
    EXPECT_EQ(after.current().id, report->master_key_id);
    open_services(after);
    ASSERT_TRUE(check(after));
    expect_all_open();
    // The old key alone opens nothing any more.
    EXPECT_FALSE(check(master_keys));
}

TEST_P(RotationTest, ARunningServerGoesOn) {
    ASSERT_TRUE(rotate());
    // Its master keys are the old ones; what it needs next, it reads from the file.
    clock.advance(Seconds(31));
    expect_all_open();
    keys_of(given_project("New"));
    const auto rows = data_keys();
    for (const Row& row : rows) EXPECT_NE(row.text(3), master_keys.current().id);
}

TEST_P(RotationTest, ARunningServerMakesNothingWithARetiredKey) {
    // Nothing but the first project's key is in memory; the next project is new after the rotation.
    ASSERT_TRUE(rotate());
    const ProjectId fresh = given_project("New");
    const auto keys = keys_of(fresh);
    open_services(*read_master_keys(key_file));
    EXPECT_EQ(keys_of(fresh)->open(place(), keys->seal(place(), Secret("x")))->reveal(), "x");
}

TEST_P(RotationTest, KeepsOldKeysWhenAsked) {
    const auto report = rotate({.keep_old_keys = true});
    ASSERT_TRUE(report);
    EXPECT_TRUE(report->retired.empty());
    EXPECT_EQ(read_master_keys(key_file)->all().size(), 2U);
    // The next rotation is a new one, not the rest of this.
    const auto next = rotate({.keep_old_keys = true});
    ASSERT_TRUE(next);
    EXPECT_NE(next->master_key_id, report->master_key_id);
    EXPECT_EQ(next->rewrapped_keys, 5);
    EXPECT_EQ(read_master_keys(key_file)->all().size(), 3U);
}

TEST_P(RotationTest, GoesOnWhereACrashEndedIt) {
    // The new key is in the file, and one of five data keys is rewrapped.
    const MasterKeys both = master_keys.with_new_key();
    ASSERT_TRUE(write_master_keys(key_file, both));
    ASSERT_TRUE(check(both));
    ASSERT_TRUE(run_task(rewrap_data_keys(database(), both, clock)));
    ASSERT_TRUE(execute("UPDATE master_key_checks SET retired_at = NULL"));
    const auto resumed = rotate();
    ASSERT_TRUE(resumed) << resumed.error().message;
    EXPECT_EQ(resumed->master_key_id, both.current().id);
    EXPECT_EQ(resumed->retired, std::vector<std::string>{master_keys.current().id});
    open_services(*read_master_keys(key_file));
    expect_all_open();
}

TEST_P(RotationTest, GoesOnAfterACrashRightAfterTheFileWasWritten) {
    const MasterKeys both = master_keys.with_new_key();
    ASSERT_TRUE(write_master_keys(key_file, both));
    const auto resumed = rotate();
    ASSERT_TRUE(resumed) << resumed.error().message;
    EXPECT_EQ(resumed->master_key_id, both.current().id);
    EXPECT_EQ(resumed->rewrapped_keys, 5);
}

TEST_P(RotationTest, WithTheWrongFileChangesNothing) {
    ASSERT_TRUE(write_master_keys(key_file, MasterKeys::random()));
    const auto refused = rotate();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "vault.wrong_master_key");
    EXPECT_EQ(read_master_keys(key_file)->all().size(), 1U);
    open_services(master_keys);
    expect_all_open();
}

TEST_P(RotationTest, ANewDataKeySealsOnceEveryNodeKnowsIt) {
    const ProjectId project = sealed_projects[0];
    const auto key_id = [](const std::string& value) { return value.substr(1, 16); };
    ASSERT_TRUE(run_task(rotate_data_key(database(), master_keys, project, clock)));
    clock.advance(Seconds(31));
    EXPECT_EQ(key_id(keys_of(project)->seal(place(), Secret("x"))), key_id(sealed[0]));
    clock.advance(Seconds(31));
    const std::string value = keys_of(project)->seal(place(), Secret("x"));
    EXPECT_NE(key_id(value), key_id(sealed[0]));
    EXPECT_EQ(keys_of(project)->open(place(), value)->reveal(), "x");
    expect_all_open();
    EXPECT_EQ(data_keys().size(), 6U);
}

TEST_P(RotationTest, ANewDataKeyKeepsFingerprints) {
    const ProjectId project = sealed_projects[0];
    const std::string before = keys_of(project)->fingerprint(place(), Secret("x"));
    ASSERT_TRUE(run_task(rotate_data_key(database(), master_keys, project, clock)));
    clock.advance(Seconds(90));
    EXPECT_EQ(keys_of(project)->fingerprint(place(), Secret("x")), before);
}

}  // namespace
}  // namespace tenon
