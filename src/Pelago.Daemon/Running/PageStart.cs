// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;
using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Client.Local;
using Pelago.Hub.Page;

namespace Pelago.Daemon.Running;

/// <summary>Starts the page of a home where it was before, with a key that its owner can read.</summary>
internal static class PageStart
{
    /// <summary>Near the ports of the clusters, for a home that never had a page.</summary>
    private const int DefaultPort = 6480;
    private const int LabelBytes = 5;
    private const int KeyBytes = 32;
    private const int MostParents = 5;

    public static async Task<PageHost> RunAsync(
        PelagoHome home, RunOptions options, IReadOnlyList<ClusterConnection> clusters, ILoggerFactory logging, TimeProvider time, CancellationToken cancel)
    {
        PageSettings? before = home.ReadPage();
        var settings = new PageSettings
        {
            Port = before?.Port is { } port and > 0 and <= IPEndPoint.MaxPort ? port : options.Port == 0 ? 0 : DefaultPort,
            Label = before?.Label is { Length: > 0 and < 64 } label && label.All(char.IsAsciiLetterOrDigit) ? label : "p" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(LabelBytes)),
            Key = RandomNumberGenerator.GetBytes(KeyBytes),
        };
        var page = await PageHost.StartAsync(
            new PageOptions
            {
                Port = settings.Port, Label = settings.Label, Key = settings.Key, Files = Files(), Packages = Path.Combine(home.Root, "packages"), Hosts = Hosts(), LoginCommand = "pelago dashboard",
                Version = typeof(PageStart).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0",
            },
            clusters, logging, time, cancel);
        try
        {
            AtomicFile.Write(home.PageFile, JsonSerializer.SerializeToUtf8Bytes(settings with { Port = page.Port }, LocalJson.Default.PageSettings));
            return page;
        }
        catch
        {
            await page.DisposeAsync();
            throw;
        }
    }

    /// <summary>How the owner of the home reaches its clusters.</summary>
    public static IReadOnlyList<ClusterConnection> Connections(PelagoHome home, IEnumerable<string> clusters, TimeProvider time) =>
        [.. clusters.Select(name => Kubeconfig.Load([home.ClusterKubeconfig(name)], mustExist: true).Connect(null, time) with { Cluster = name })];

    /// <summary>Beside the program, or where the repository builds it.</summary>
    private static string? Files()
    {
        if (Environment.GetEnvironmentVariable("PELAGO_WEB") is { Length: > 0 } told)
            return told;
        string beside = Path.Combine(AppContext.BaseDirectory, "web");
        if (Directory.Exists(beside))
            return beside;
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        for (int i = 0; i < MostParents && folder is not null; i++, folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Pelago.slnx")))
                return Path.Combine(folder.FullName, "web", "dist");
        }
        return null;
    }

    private static string[] Hosts() => (Environment.GetEnvironmentVariable("PELAGO_PAGE_HOSTS") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
