// SPDX-License-Identifier: Apache-2.0

using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Pelago.Kube;

namespace Pelago.Engine.Server;

/// <summary><see cref="WarningHeader"/>s of an answer (RFC 7234 5.5): at most 4 KiB in all, longer ones are cut (apiserver pkg/endpoints/filters/warning.go).</summary>
internal static class WarningHeaders
{
    private const int MaxBytes = 4 * 1024;
    private const int CutTo = 256;

    public static void Add(HttpResponse response, IReadOnlyList<string> warnings)
    {
        if (warnings.Count == 0)
            return;
        string[] distinct = [.. warnings.Distinct()];
        bool cut = distinct.Sum(warning => warning.Length) > MaxBytes;
        int bytes = 0;
        foreach (string warning in distinct)
        {
            string value = WarningHeader.Of(cut && warning.Length > CutTo ? warning[..CutTo] : warning);
            bytes += WarningHeader.TextLength(value);
            if (bytes > MaxBytes)
                return;
            response.Headers.Append(WarningHeader.Name, new StringValues(value));
        }
    }
}
