// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Conformance.Harness;
using Xunit;

namespace Pelago.Conformance.Crash;

/// <summary>The writers' config maps as the server has them at one revision.</summary>
internal sealed record StoredMaps(long Revision, IReadOnlyDictionary<string, string> Values)
{
    private const string Selected = "/api/v1/namespaces/default/configmaps?labelSelector=crash%3Dyes";

    public static async Task<StoredMaps> ListAsync(RawApi api)
    {
        JsonObject list = (await api.GetAsync(Selected)).Expect(200).Json;
        return new StoredMaps(
            long.Parse(list["metadata"]!["resourceVersion"]!.GetValue<string>()),
            list["items"]!.AsArray().ToDictionary(item => item!["metadata"]!["name"]!.GetValue<string>(), item => ValueOf(item!.AsObject())));
    }

    /// <summary>
    /// Watches from this revision, which is from before a crash, to the event of <paramref name="last"/>: events come in the order of their revisions and
    /// lead from this state to <paramref name="now"/>, or the server says that it no longer has them (410).
    /// </summary>
    /// <returns>False for 410.</returns>
    public async Task<bool> ResumeAsync(RawApi api, StoredMaps now, string last)
    {
        using RawWatch watch = await api.WatchAsync($"{Selected}&watch=1&resourceVersion={Revision}");
        if (watch.Code == 410)
            return false;
        Assert.Equal(200, watch.Code);
        var state = new Dictionary<string, string>(Values);
        long at = Revision;
        while (true)
        {
            WatchLine line = await watch.NextAsync() ?? throw new InvalidOperationException($"the watch from {Revision} ended at {at} before {last}");
            if (line.Type == "ERROR")
            {
                Assert.Equal(410, line.Object["code"]!.GetValue<int>());
                return false;
            }
            Assert.True(line.ResourceVersion > at, $"the watch from {Revision} told of revision {line.ResourceVersion} after {at}");
            at = line.ResourceVersion;
            if (line.Type == "DELETED")
                Assert.True(state.Remove(line.Name), $"the watch from {Revision} told of the deletion of {line.Name}, which was not there");
            else
                state[line.Name] = ValueOf(line.Object);
            if (line.Name == last)
                break;
        }
        state.Remove(last);
        Assert.Equal(now.Values.Where(pair => pair.Key != last).OrderBy(pair => pair.Key), state.OrderBy(pair => pair.Key));
        return true;
    }

    private static string ValueOf(JsonObject map) => map["data"]?["value"]?.GetValue<string>() ?? "";
}
