// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net;

namespace Pelago.Node.Pods;

/// <summary>The machine's own resolv.conf, as a pod can use it.</summary>
/// <param name="IsReplaced">It is another file than /etc/resolv.conf.</param>
internal sealed record HostResolver(IReadOnlyList<string> Servers, IReadOnlyList<string> Searches, IReadOnlyList<string> Options, bool IsReplaced)
{
    private const string Usual = "etc/resolv.conf";

    /// <summary>
    /// Whom systemd-resolved or NetworkManager's dnsmasq ask themselves: /etc/resolv.conf then names a stub at a loopback address, where a pod with a loopback
    /// of its own finds nobody.
    /// </summary>
    private static readonly string[] BehindStubs = ["run/systemd/resolve/resolv.conf", "run/NetworkManager/no-stub-resolv.conf"];

    /// <param name="root">/, or what a test puts in its place.</param>
    /// <param name="hasOwnLoopback">The pod has a network of its own.</param>
    public static HostResolver Read(string root, bool hasOwnLoopback)
    {
        HostResolver usual = Parse(Lines(Path.Combine(root, Usual)), isReplaced: false);
        if (!hasOwnLoopback || usual.Servers.Count == 0 || !usual.Servers.All(IsLoopback))
            return usual;
        return BehindStubs.Select(file => Parse(Lines(Path.Combine(root, file)), isReplaced: true)).FirstOrDefault(behind => behind.Servers.Count > 0) ?? usual;
    }

    private static HostResolver Parse(IEnumerable<string> lines, bool isReplaced)
    {
        string[][] all = [.. lines.Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Where(words => words.Length > 1)];
        return new HostResolver(
            [.. all.Where(words => words[0] == "nameserver").Select(words => words[1])], all.LastOrDefault(words => words[0] is "search" or "domain")?[1..] ?? [],
            [.. all.Where(words => words[0] == "options").SelectMany(words => words[1..])], isReplaced);
    }

    private static bool IsLoopback(string server) => IPAddress.TryParse(server, out IPAddress? address) && IPAddress.IsLoopback(address);

    private static string[] Lines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
