// SPDX-License-Identifier: Apache-2.0

using CsCheck;
using Pelago.Store;
using Xunit;

namespace Pelago.TestKit.Store;

public abstract partial class StoreContract
{
    private static readonly Gen<ModelStep> Steps = Gen.Select(
        Gen.Int[0, 9], Gen.Int[0, 4], Gen.Int[0, 5], (kind, name, guess) => new ModelStep(kind, $"p{name}", guess));

    [Fact]
    public Task Any_sequence_of_writes_agrees_with_a_naive_model() => Steps.Array[1, 120].SampleAsync(
        async steps =>
        {
            // Every sample goes into a resource of its own, on one long-lived store.
            IResourceStore resource = Store.Resource($"model{Interlocked.Increment(ref _samples)}");
            var model = new StoreModel(Store.Revision);
            using IWatchCursor cursor = resource.Watch(Store.Revision);
            foreach (ModelStep step in steps)
            {
                Write write = step.ToWrite(model);
                WriteResult expected = model.Apply(write);
                WriteResult actual = await resource.WriteAsync(write, Cancel);
                Assert.Equal((expected.Outcome, expected.Revision), (actual.Outcome, actual.Revision));
            }

            Assert.Equal(model.Present(Store.Revision), Contents(resource.Current));
            foreach (long revision in model.Revisions)
                Assert.Equal(model.Present(revision), Contents(resource.At(revision)));
            Assert.Equal(model.Events, await ReadAsync(cursor, model.Events.Count));
            Assert.False(cursor.TryRead(out _));
        },
        iter: 100, threads: 1);

    private static string[] Contents(Snapshot snapshot) =>
        [.. snapshot.Scan().Select(item => $"{item.Key}={StoreDocument.Value(item)}@{StoreDocument.ResourceVersion(item)}")];

    private int _samples;
}
