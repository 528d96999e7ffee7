// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Client.Reconciling;

/// <summary>Decides what becomes of a draft; figures of client-go's events_cache.go. Not thread-safe: the recorder's loop is the only caller.</summary>
internal sealed class EventCorrelator(TimeProvider time)
{
    private const int MaxRemembered = 4096;

    /// <summary>An object may have this many Events at once, and one more every five minutes.</summary>
    private const double SpamBurst = 25;
    private static readonly TimeSpan SpamRefill = TimeSpan.FromMinutes(5);

    /// <summary>The same reason in more than this many different words within the interval is one combined Event.</summary>
    private const int MaxSimilar = 10;
    private static readonly TimeSpan SimilarInterval = TimeSpan.FromMinutes(10);
    private readonly RecentlyUsed<SourceKey, Allowance> _allowances = new(MaxRemembered);
    private readonly RecentlyUsed<SimilarKey, Similar> _similar = new(MaxRemembered);
    private readonly RecentlyUsed<(SimilarKey Key, string Message), EventSeries> _series = new(MaxRemembered);

    /// <summary>The series that the draft belongs to, counted; null when the object has had its say.</summary>
    public EventSeries? Correlate(EventDraft draft)
    {
        var source = new SourceKey(draft.About.Kind, draft.About.Namespace, draft.About.Name, draft.About.Uid);
        var key = new SimilarKey(source, draft.About.FieldPath, draft.Type, draft.Reason);
        string message = Similarity(key, draft);
        string filedAs = message.Length == draft.Message.Length ? message : "";
        EventSeries series = _series.GetOrAdd((key, filedAs), () => new EventSeries(draft.At));
        series.Happened(draft, message);
        return Allowed(source) ? series : null;
    }

    private string Similarity(SimilarKey key, EventDraft draft)
    {
        Similar similar = _similar.GetOrAdd(key, static () => new Similar());
        if (draft.At - similar.Last > SimilarInterval)
            similar.Messages.Clear();
        similar.Last = draft.At;
        similar.Messages.Add(draft.Message);
        if (similar.Messages.Count < MaxSimilar)
            return draft.Message;
        // One is taken out so that the set stays at its bound however many more words come.
        similar.Messages.Remove(similar.Messages.First());
        return "(combined from similar events): " + draft.Message;
    }

    private bool Allowed(SourceKey source)
    {
        DateTimeOffset now = time.GetUtcNow();
        Allowance allowance = _allowances.GetOrAdd(source, () => new Allowance { Left = SpamBurst, At = now });
        allowance.Left = Math.Min(SpamBurst, allowance.Left + (now - allowance.At) / SpamRefill);
        allowance.At = now;
        if (allowance.Left < 1)
            return false;
        allowance.Left--;
        return true;
    }

    private readonly record struct SourceKey(string Kind, string Namespace, string Name, string Uid);

    private readonly record struct SimilarKey(SourceKey Source, string FieldPath, string Type, string Reason);

    private sealed class Allowance
    {
        public double Left { get; set; }
        public DateTimeOffset At { get; set; }
    }

    private sealed class Similar
    {
        public HashSet<string> Messages { get; } = new(StringComparer.Ordinal);
        public DateTimeOffset Last { get; set; }
    }
}
