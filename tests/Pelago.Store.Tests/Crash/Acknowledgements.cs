// SPDX-License-Identifier: Apache-2.0

using Pelago.TestKit.Store;
using Xunit;

namespace Pelago.Store.Tests.Crash;

/// <summary>What killed processes had acknowledged, and whether the state file still knows it all.</summary>
internal sealed class Acknowledgements
{
    private readonly Dictionary<long, (int Writer, int Count)> _byRevision = [];
    private readonly (int Count, long Revision)[] _last = new (int, long)[CrashWriter.Writers];
    private long _highestOfEarlierRuns;

    public int Count => _byRevision.Count;

    /// <summary>Takes one complete line of a writer process.</summary>
    public void Add(string line)
    {
        int[] numbers = [.. line.Split(' ')[..3].Select(int.Parse)];
        (int writer, int count, long revision) = (numbers[0], numbers[1], numbers[2]);
        Assert.True(revision > _highestOfEarlierRuns, $"revision {revision} was given out again: an earlier run had come to {_highestOfEarlierRuns}");
        Assert.True(_byRevision.TryAdd(revision, (writer, count)), $"revision {revision} was given out twice");
        Assert.True(count > _last[writer].Count, $"writer {writer} went back from {_last[writer].Count} to {count}");
        _last[writer] = (count, revision);
    }

    /// <summary>Opens the state file as the next daemon would, and compares.</summary>
    public async Task VerifyAsync(string stateFile, CancellationToken cancel)
    {
        var options = StateFolder.Options;
        await using IRevisionStore store = await SqliteRevisionStore.OpenAsync(stateFile, options, cancel);
        IResourceStore resource = store.Resource("counters");
        for (int writer = 0; writer < _last.Length; writer++)
        {
            if (_last[writer].Count == 0)
                continue;
            StoredObject item = resource.Current.Get(CrashWriter.Key(writer))!;
            // The one write that was in flight may have come through or not. What was found then stays too: the next run counts on from it, and may end
            // before it acknowledges anything of this writer.
            int found = int.Parse(StoreDocument.Value(item));
            Assert.InRange(found, _last[writer].Count, _last[writer].Count + 1);
            _last[writer] = (found, item.Revision);
        }
        VerifyEvents(store, resource, cancel);
        _highestOfEarlierRuns = store.Revision;
    }

    private void VerifyEvents(IRevisionStore store, IResourceStore resource, CancellationToken cancel)
    {
        var found = new Dictionary<long, string>();
        using IWatchCursor cursor = resource.Watch(store.CompactedRevision);
        while (cursor.TryRead(out StoreEvent? change))
        {
            if (change.Current is { } item)
                found.Add(change.Revision, $"{item.Key.Name} {StoreDocument.Value(item)}");
        }
        foreach ((long revision, (int writer, int count)) in _byRevision)
        {
            cancel.ThrowIfCancellationRequested();
            if (revision > store.CompactedRevision)
                Assert.Equal($"w{writer} {count}", found.GetValueOrDefault(revision));
        }
    }
}
