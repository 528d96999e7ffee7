// SPDX-License-Identifier: Apache-2.0

using System.Text;
using Pelago.Kube;
using Pelago.Store;
using Xunit;

namespace Pelago.Engine.Tests.Authorization;

/// <summary>Puts documents into a store as the pipeline would leave them.</summary>
internal static class StoreSeed
{
    /// <summary>Creates or replaces; the document names itself. Its metadata must not be empty.</summary>
    public static async Task PutAsync(this IRevisionStore store, string resource, string json)
    {
        var parsed = KubeObject.Parse(Encoding.UTF8.GetBytes(json));
        byte[] bytes = parsed.ToUtf8();
        int at = Encoding.UTF8.GetString(bytes).IndexOf("\"metadata\":{", StringComparison.Ordinal) + "\"metadata\":{".Length;
        WriteResult result = await store.Resource(resource).WriteAsync(new Write(parsed.Key, Write.Any, bytes, at), TestContext.Current.CancellationToken);
        Assert.Equal(WriteOutcome.Done, result.Outcome);
    }

    public static async Task RemoveAsync(this IRevisionStore store, string resource, string ns, string name) =>
        await store.Resource(resource).WriteAsync(new Write(new ObjectKey(ns, name), Write.Any, null), TestContext.Current.CancellationToken);
}
