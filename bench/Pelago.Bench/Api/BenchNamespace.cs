// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Net.Http;
using System.Text;

namespace Pelago.Bench.Api;

/// <summary>The namespace of a run, on each server that is measured.</summary>
internal static class BenchNamespace
{
    private static readonly TimeSpan AccountPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ForgetPatience = TimeSpan.FromSeconds(60);

    public static readonly string Name = $"bench-{Environment.ProcessId}";

    public static async Task CreateAsync(Report report, BenchedServer server, CancellationToken cancel)
    {
        await server.SendAsync(0, HttpMethod.Post, "/api/v1/namespaces", Encoding.UTF8.GetBytes($$$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{{Name}}}"} }"""), cancel);
        await AccountAsync(server, cancel);
        report.Note($"{server.Name}processes", string.Join(", ", server.Processes.Names));
    }

    public static async Task ForgetAsync(BenchedServer server)
    {
        using var patience = new CancellationTokenSource(ForgetPatience);
        await server.SendAsync(0, HttpMethod.Delete, $"/api/v1/namespaces/{Name}", null, patience.Token);
        server.Dispose();
    }

    /// <summary>Pods are refused until the namespace has its service account, and before Kubernetes 1.24 that account its token.</summary>
    private static async Task AccountAsync(BenchedServer server, CancellationToken cancel)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await server.SendAsync(0, HttpMethod.Post, ApiDocuments.Pods(Name), ApiDocuments.Pod("first"), cancel);
                return;
            }
            catch (HttpRequestException) when (Stopwatch.GetElapsedTime(start) < AccountPatience)
            {
                await Task.Delay(50, cancel); // a poll with a limit, for each attempt is what tells
            }
        }
    }
}
