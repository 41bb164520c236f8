#include "platform/metrics/metrics.h"

#include <algorithm>
#include <fmt/format.h>

namespace tenon {
namespace {

std::size_t cell_of_this_thread(std::size_t cells) {
    static std::atomic<std::size_t> next = 0;
    thread_local const std::size_t mine = next.fetch_add(1, std::memory_order_relaxed);
    return mine % cells;
}

}  // namespace

void Counter::add(std::int64_t by) {
    cells_[cell_of_this_thread(kCells)].value.fetch_add(by, std::memory_order_relaxed);
}

std::int64_t Counter::value() const {
    std::int64_t sum = 0;
    for (const Cell& cell : cells_) sum += cell.value.load(std::memory_order_relaxed);
    return sum;
}

void Histogram::observe(double seconds) {
    const auto bound = std::lower_bound(kBounds.begin(), kBounds.end(), seconds);
    buckets_[static_cast<std::size_t>(bound - kBounds.begin())].add();
    sum_microseconds_.add(static_cast<std::int64_t>(seconds * 1e6));
}

std::int64_t Histogram::count() const {
    std::int64_t count = 0;
    for (const Counter& bucket : buckets_) count += bucket.value();
    return count;
}

double Histogram::sum() const { return static_cast<double>(sum_microseconds_.value()) / 1e6; }

struct Metrics::Entry {
    std::string name;
    std::string help;
    std::string labels;
    std::unique_ptr<Counter> counter;
    std::unique_ptr<Histogram> histogram;
    std::function<double()> gauge;

    std::string_view type() const {
        return counter != nullptr ? "counter" : histogram != nullptr ? "histogram" : "gauge";
    }

    std::string braces(std::string_view extra = {}) const {
        if (labels.empty() && extra.empty()) return {};
        return fmt::format("{{{}{}{}}}", labels, labels.empty() || extra.empty() ? "" : ",", extra);
    }

    void render(std::string& out) const {
        if (counter != nullptr) {
            out += fmt::format("{}{} {}\n", name, braces(), counter->value());
        } else if (histogram != nullptr) {
            std::int64_t below = 0;
            for (std::size_t i = 0; i < Histogram::kBounds.size(); ++i) {
                below += histogram->bucket(i);
                out += fmt::format("{}_bucket{} {}\n", name,
                                   braces(fmt::format("le=\"{}\"", Histogram::kBounds[i])), below);
            }
            out += fmt::format("{}_bucket{} {}\n", name, braces("le=\"+Inf\""), histogram->count());
            out += fmt::format("{}_sum{} {}\n", name, braces(), histogram->sum());
            out += fmt::format("{}_count{} {}\n", name, braces(), histogram->count());
        } else {
            out += fmt::format("{}{} {}\n", name, braces(), gauge());
        }
    }
};

Metrics::Entry& Metrics::entry(std::string_view name, std::string_view help,
                               std::string_view labels) {
    for (const auto& known : entries_) {
        if (known->name == name && known->labels == labels) return *known;
    }
    auto added = std::make_shared<Entry>();
    added->name = name;
    added->help = help;
    added->labels = labels;
    // Series of one name stand together, as the text format asks.
    const auto last = std::find_if(entries_.rbegin(), entries_.rend(),
                                   [&](const auto& known) { return known->name == name; });
    return **entries_.insert(last.base() == entries_.begin() ? entries_.end() : last.base(), added);
}

Counter& Metrics::counter(std::string_view name, std::string_view help, std::string_view labels) {
    const std::lock_guard lock(mutex_);
    Entry& found = entry(name, help, labels);
    if (found.counter == nullptr) found.counter = std::make_unique<Counter>();
    return *found.counter;
}

Histogram& Metrics::histogram(std::string_view name, std::string_view help,
                              std::string_view labels) {
    const std::lock_guard lock(mutex_);
    Entry& found = entry(name, help, labels);
    if (found.histogram == nullptr) found.histogram = std::make_unique<Histogram>();
    return *found.histogram;
}

void Metrics::gauge(std::string_view name, std::string_view help, std::function<double()> read) {
    const std::lock_guard lock(mutex_);
    entry(name, help, {}).gauge = std::move(read);
}

std::string Metrics::render() const {
    const std::lock_guard lock(mutex_);
    std::string out;
    std::string_view last;
    for (const auto& known : entries_) {
        if (known->name != last) {
            out += fmt::format("# HELP {} {}\n# TYPE {} {}\n", known->name, known->help,
                               known->name, known->type());
            last = known->name;
        }
        known->render(out);
    }
    return out;
}

}  // namespace tenon
