{{- define "shop.labels" -}}
app.kubernetes.io/name: shop
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}
{{- define "shop.selector" -}}
app.kubernetes.io/name: shop
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}
{{- /* A Job that is a hook: .root, .name, .hook, .keep, .script */ -}}
{{- define "shop.hook" -}}
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .root.Release.Name }}-{{ .name }}
  labels: {{- include "shop.labels" .root | nindent 4 }}
  annotations:
    "helm.sh/hook": {{ .hook }}
    "helm.sh/hook-weight": "1"
    "helm.sh/hook-delete-policy": before-hook-creation{{ if not .keep }},hook-succeeded{{ end }}
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      tolerations: {{- toJson .root.Values.tolerations | nindent 8 }}
      containers:
        - name: main
          image: {{ .root.Values.image }}
          imagePullPolicy: Never
          command: ["sh", "-c", {{ .script | quote }}]
{{- end -}}
