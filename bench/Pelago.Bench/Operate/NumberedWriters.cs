// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json;

namespace Pelago.Bench.Operate;

/// <summary>
/// Pods of ten containers, each of which writes ten numbered lines a second: one process of this machine without children each. Some write lines of 53 kB,
/// so that their logs are rotated (at 10 MiB) three times in 700 lines; some end twice on the way and go on counting where they were.
/// </summary>
internal static class NumberedWriters
{
    public const int InPod = 10;
    public const string Namespace = "default";

    private const string Script = """
        exec {tick}<> <(:)
        n=0; if [ -f "$STATE" ]; then read -r n <"$STATE"; fi
        pad=; if [ "$WIDTH" -gt 0 ]; then printf -v pad '%*s' "$WIDTH" ''; pad=" ${pad// /x}"; fi
        while [ "$n" -lt "$COUNT" ]; do
          n=$((n+1)); echo "$n $EPOCHREALTIME$pad"
          case " $ENDS " in *" $n "*) echo "$n" >"$STATE"; exit 1;; esac
          read -r -t 0.1 -u "$tick"
        done
        read -r -u "$tick"
        """;

    /// <summary>Whether a source is one of those with long lines, or of those that end twice.</summary>
    public static bool IsHeavy(int source) => source % 100 == 5;

    public static bool Restarts(int source) => source % 10 == 3;

    /// <param name="state">A directory of this machine.</param>
    /// <param name="pod">Its number.</param>
    /// <param name="count">How many lines each container writes.</param>
    public static string Pod(string state, int pod, int count)
    {
        var containers = new StringBuilder();
        for (int i = 0; i < InPod; i++)
        {
            int source = (pod * InPod) + i;
            string ends = Restarts(source) ? $"{100 + (source / 10 % 50)} {250 + (source / 10 % 50)}" : "";
            containers.Append($$"""
                {{(i > 0 ? "," : "")}}{"name":"c{{i}}","image":"any","command":["/bin/bash","-c",{{JsonSerializer.Serialize(Script)}}],
                "env":[{"name":"STATE","value":"{{state}}/{{source}}"},{"name":"COUNT","value":"{{count}}"},{"name":"WIDTH","value":"{{(IsHeavy(source) ? 53_000 : 0)}}"},{"name":"ENDS","value":"{{ends}}"}],
                "securityContext":{"privileged":true} }
                """);
        }
        return $$$"""
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"w{{{pod}}}","labels":{"app":"writer"} },
             "spec":{"terminationGracePeriodSeconds":0,"hostNetwork":true,"hostPID":true,"hostIPC":true,"containers":[{{{containers}}}]} }
            """;
    }

    public static string Path => $"/api/v1/namespaces/{Namespace}/pods";

    /// <summary>One container of one pod, for latency alone.</summary>
    public static string Single(int count) => $$$"""
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"single"},"spec":{"terminationGracePeriodSeconds":0,
         "containers":[{"name":"main","image":"any","command":["/bin/bash","-c",{{{JsonSerializer.Serialize(Script)}}}],
          "env":[{"name":"STATE","value":"/dev/null"},{"name":"COUNT","value":"{{{count}}}"},{"name":"WIDTH","value":"0"},{"name":"ENDS","value":""}]}]} }
        """;
}
