// SPDX-License-Identifier: Apache-2.0

using Pelago.Client.Local;

namespace Pelago.Cli.Local;

/// <summary>Links that let a browser into the page of a home: each is good once, for five minutes.</summary>
internal static class DashboardLink
{
    /// <summary>Null when the daemon has no page. The code is behind the <c>#</c>: browsers send that to nobody.</summary>
    public static string? Of(PelagoHome home, DaemonRecord record, string user = "", string group = "") =>
        record.Dashboard is { } address && home.ReadPage() is { } page
            ? $"{address}#login={LoginCode.Make(page.Key, TimeProvider.System.GetUtcNow(), user, group)}"
            : null;
}
