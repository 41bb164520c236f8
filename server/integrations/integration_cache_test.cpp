#include "integrations/integration_cache.h"

#include <gtest/gtest.h>
#include <thread>
#include <vector>

namespace tenon {
namespace {

class IntegrationCacheTest : public testing::Test {
 protected:
    std::shared_ptr<Integration> integration(const std::string& slug) {
        auto made = std::make_shared<Integration>();
        made->id = IntegrationId::random();
        made->project_id = project;
        made->definition.slug = slug;
        return made;
    }
    IntegrationCache::Entry put(const std::string& slug) {
        const IntegrationCache::Entry entry = integration(slug);
        cache.put(entry, cache.epoch());
        return entry;
    }

    FakeClock clock;
    ProjectId project = ProjectId::random();
    IntegrationCache cache{{Milliseconds(5'000), Milliseconds(10'000), 3}, clock};
};

TEST_F(IntegrationCacheTest, finds_by_id_and_slug_within_the_project_only) {
    const auto entry = put("acme");
    EXPECT_EQ(cache.find(project, entry->id), entry);
    EXPECT_EQ(cache.find(project, "acme"), entry);
    EXPECT_EQ(cache.find(project, "acm"), nullptr);
    EXPECT_EQ(cache.find(ProjectId::random(), entry->id), nullptr);
    EXPECT_EQ(cache.find(ProjectId::random(), "acme"), nullptr);
    EXPECT_EQ(cache.peek(ProjectId::random(), entry->id), nullptr);
}

TEST_F(IntegrationCacheTest, sends_one_caller_to_compare_and_serves_the_others) {
    const auto entry = put("acme");
    clock.advance(Milliseconds(5'000));
    EXPECT_EQ(cache.find(project, entry->id), nullptr);
    EXPECT_EQ(cache.find(project, entry->id), entry);
    EXPECT_EQ(cache.find(project, "acme"), entry);
    EXPECT_EQ(cache.peek(project, entry->id), entry);
    cache.confirm(entry->id, cache.epoch());
    EXPECT_EQ(cache.find(project, entry->id), entry);
}

TEST_F(IntegrationCacheTest, serves_nothing_beyond_the_maximal_age) {
    const auto entry = put("acme");
    clock.advance(Milliseconds(10'000));
    EXPECT_EQ(cache.find(project, entry->id), nullptr);
    EXPECT_EQ(cache.find(project, entry->id), nullptr);
    EXPECT_EQ(cache.peek(project, entry->id), nullptr);
}

TEST_F(IntegrationCacheTest, ignores_what_was_read_before_a_local_change) {
    const std::uint64_t epoch = cache.epoch();
    const auto stale = integration("acme");
    cache.forget(project, stale->id);
    cache.put(stale, epoch);
    EXPECT_EQ(cache.find(project, stale->id), nullptr);
    EXPECT_EQ(cache.find(project, "acme"), nullptr);
}

TEST_F(IntegrationCacheTest, is_bounded_and_forgets_the_oldest) {
    const auto a = put("a");
    for (const char* slug : {"b", "c", "d"}) {
        clock.advance(Milliseconds(1));
        put(slug);
    }
    EXPECT_EQ(cache.find(project, a->id), nullptr);
    EXPECT_EQ(cache.find(project, "a"), nullptr);
    EXPECT_NE(cache.find(project, "b"), nullptr);
    EXPECT_NE(cache.find(project, "d"), nullptr);
}

TEST_F(IntegrationCacheTest, follows_a_slug_that_was_given_anew) {
    const auto old = put("acme");
    const auto now = put("acme");
    EXPECT_EQ(cache.find(project, "acme"), now);
    cache.forget(project, old->id);
    EXPECT_EQ(cache.find(project, "acme"), now);
    cache.forget(project, now->id);
    EXPECT_EQ(cache.find(project, "acme"), nullptr);
}

TEST_F(IntegrationCacheTest, is_safe_to_use_from_many_threads) {
    const auto entry = put("acme");
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < 2'000; ++i) {
                if (t == 0) cache.forget(project, entry->id);
                if (t == 1) cache.put(entry, cache.epoch());
                const auto found = cache.find(project, "acme");
                EXPECT_TRUE(found == nullptr || found == entry);
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace tenon
