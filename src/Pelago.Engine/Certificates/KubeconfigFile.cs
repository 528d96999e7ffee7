// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json;
using Pelago.Client.Local;

namespace Pelago.Engine.Certificates;

/// <summary>A kubeconfig of one cluster, one user and one context, all of the cluster's name, with the credentials inside.</summary>
internal static class KubeconfigFile
{
    public static void Write(string path, string cluster, Uri server, string authorityPem, CertificatePair client) =>
        AtomicFile.Write(path, Text(cluster, server, authorityPem, client));

    private static string Text(string cluster, Uri server, string authorityPem, CertificatePair client)
    {
        // a JSON string is also a YAML string, whatever the name contains
        string name = $"\"{JsonEncodedText.Encode(cluster)}\"";
        return $"""
            apiVersion: v1
            kind: Config
            clusters:
            - name: {name}
              cluster:
                server: {server.GetLeftPart(UriPartial.Authority)}
                certificate-authority-data: {Base64(authorityPem)}
            users:
            - name: {name}
              user:
                client-certificate-data: {Base64(client.CertificatePem)}
                client-key-data: {Base64(client.PrivateKeyPem)}
            contexts:
            - name: {name}
              context:
                cluster: {name}
                user: {name}
            current-context: {name}

            """;
    }

    private static string Base64(string pem) => Convert.ToBase64String(Encoding.ASCII.GetBytes(pem));
}
