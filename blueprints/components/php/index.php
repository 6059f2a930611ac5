<?php
require __DIR__ . '/found.php';
$found = found();
header('Content-Type: text/html; charset=UTF-8');
function text($value)
{
    return htmlspecialchars($value, ENT_QUOTES, 'UTF-8');
}
?>
<!DOCTYPE html>
<html lang="ko">
<head>
<meta charset="utf-8">
<title>gureum: <?php echo text($found['environment']); ?></title>
<style>body{font-family:sans-serif;max-width:50em;margin:2em auto}td,th{text-align:left;padding:.3em 1em;border-bottom:1px solid #ccc}.failed{color:#b00}</style>
</head>
<body>
<h1><?php echo text($found['environment']); ?></h1>
<p>web: <strong><?php echo text($found['was']); ?></strong> (PHP <?php echo PHP_VERSION; ?>)</p>
<p>token: <strong><?php echo text($found['token']); ?></strong></p>
<table>
<tr><th>dependency</th><th>state</th><th>product</th><th>ms</th></tr>
<?php foreach ($found['checks'] as $check) { ?>
<tr><td><?php echo text($check['name']); ?></td>
<td class="<?php echo $check['ok'] ? 'ok' : 'failed'; ?>"><?php echo $check['ok'] ? 'ok' : text('failed: ' . $check['words']); ?></td>
<td><?php echo text($check['product'] . ' ' . $check['version']); ?></td><td><?php echo $check['ms']; ?></td></tr>
<?php } ?>
</table>
<?php if ($found['containers']) { ?>
<p>object storage: <?php echo text(implode(', ', $found['containers'])); ?></p>
<?php } ?>
</body>
</html>
