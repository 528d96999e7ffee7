// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Net.Http;
using System.Text.Json.Nodes;
using Xunit;

namespace Pelago.Conformance.Monitoring;

/// <summary>One target that is scraped now.</summary>
public sealed record ScrapeTarget(string Url, string Health, string LastError);

/// <summary>What Prometheus, and programs that do its work, answer over HTTP.</summary>
public sealed class PrometheusApi(Uri address) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = address, Timeout = TimeSpan.FromSeconds(30) };

    /// <summary>The targets of a job that are scraped now.</summary>
    public async Task<IReadOnlyList<ScrapeTarget>> TargetsAsync(string job)
    {
        JsonNode answer = await GetAsync("/api/v1/targets?state=active");
        return [.. answer["data"]!["activeTargets"]!.AsArray().Where(target => target!["labels"]!["job"]!.ToString() == job)
            .Select(target => new ScrapeTarget(target!["scrapeUrl"]!.ToString(), target["health"]!.ToString(), target["lastError"]!.ToString()))];
    }

    /// <summary>The values that a PromQL expression gives now.</summary>
    public async Task<IReadOnlyList<double>> QueryAsync(string expression)
    {
        JsonNode answer = await GetAsync($"/api/v1/query?query={Uri.EscapeDataString(expression)}");
        return [.. answer["data"]!["result"]!.AsArray().Select(series => double.Parse(series!["value"]![1]!.ToString(), CultureInfo.InvariantCulture))];
    }

    public void Dispose() => _http.Dispose();

    private async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await _http.GetStringAsync(path, TestContext.Current.CancellationToken))!;
}
