// SPDX-License-Identifier: Apache-2.0

using System.Text;

namespace Pelago.Bench.Api;

/// <summary>What is written: pods of 1.5 kB that no scheduler takes, as the JSON that a client sends.</summary>
internal static class ApiDocuments
{
    private const int Size = 1_500;

    public static string Pods(string ns, string name = "") => $"/api/v1/namespaces/{ns}/pods{(name.Length > 0 ? "/" + name : "")}";

    public static byte[] Pod(string name, string note = "") => Padded($$$"""
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"{{{name}}}","labels":{"app":"bench"},"annotations":{"note":"{{{note}}}","padding":"PADDING"}},
         "spec":{"schedulerName":"nobody","automountServiceAccountToken":false,"containers":[{"name":"main","image":"registry.invalid/app:1","command":["sh","-c","exec app"],
          "env":[{"name":"A","value":"1"},{"name":"B","value":"2"}],"ports":[{"containerPort":8080,"name":"http"}],
          "resources":{"requests":{"cpu":"10m","memory":"16Mi"},"limits":{"cpu":"100m","memory":"64Mi"} } }]} }
        """);

    public static byte[] ConfigMap(string name, string note = "") =>
        Padded($$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{name}}}","labels":{"app":"bench"}},"data":{"note":"{{{note}}}","padding":"PADDING"} }""");

    private static byte[] Padded(string document) =>
        Encoding.UTF8.GetBytes(document.Replace("PADDING", new string('x', Math.Max(0, Size - document.Length)), StringComparison.Ordinal));
}
