// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net.Http;
using System.Text.Json.Nodes;
using Xunit;

namespace Pelago.Conformance.Harness;

/// <summary>One line of a watch.</summary>
public sealed record WatchLine(string Type, JsonObject Object)
{
    public string Name => Object["metadata"]?["name"]?.GetValue<string>() ?? "";

    public long ResourceVersion => long.Parse(Object["metadata"]!["resourceVersion"]!.GetValue<string>());
}

/// <summary>An open watch.</summary>
public sealed class RawWatch(HttpResponseMessage response, StreamReader lines) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public int Code => (int)response.StatusCode;

    /// <summary>The next event; null when the server ended the watch.</summary>
    public async Task<WatchLine?> NextAsync()
    {
        string? line = await lines.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken);
        if (line is null)
            return null;
        JsonObject json = JsonNode.Parse(line)!.AsObject();
        return new WatchLine(json["type"]!.GetValue<string>(), json["object"]!.AsObject());
    }

    public async Task<WatchLine> ExpectAsync(string type, string name)
    {
        WatchLine? line = await NextAsync();
        Assert.NotNull(line);
        Assert.True(line.Type == type && line.Name == name, $"expected {type} {name}, got {line.Type} {line.Object.ToJsonString()}");
        return line;
    }

    public void Dispose()
    {
        lines.Dispose();
        response.Dispose();
    }
}
